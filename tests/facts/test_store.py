"""The cache gives back what it was given, and no state of its file stops a run."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kscan.facts import store as store_module
from kscan.facts.store import FactsStore, cache_key, content_id

KEY = cache_key("model")
SECOND = 1_000_000_000


def content(number: int) -> bytes:
    return content_id(b"%d" % number)


def file_of(directory: Path) -> Path:
    (found,) = directory.glob("facts-*.sqlite")
    return found


def filled(directory: Path, rows: int = 10, size: int = 100) -> Path:
    with FactsStore(directory) as store:
        store.put(KEY, {content(n): b"%d" % n * size for n in range(rows)})
        assert store.notes == []
    return file_of(directory)


def test_content_id_is_git_blob_id() -> None:
    assert content_id(b"hello\n").hex() == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_cache_key_depends_on_every_digest() -> None:
    keys = {cache_key("a", "b"), cache_key("ab"), cache_key("a"), cache_key("b", "a")}
    assert len(keys) == 4


def test_cache_key_depends_on_the_code_that_makes_facts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = set()
    for text in ("one", "two"):
        (tmp_path / "facts").mkdir(exist_ok=True)
        (tmp_path / "facts" / "model.py").write_text(text)
        monkeypatch.setattr(store_module, "__file__", str(tmp_path / "facts" / "store.py"))
        store_module.code_digest.cache_clear()
        keys.add(cache_key("model"))
    monkeypatch.undo()
    store_module.code_digest.cache_clear()
    assert len(keys | {KEY}) == 3
    assert cache_key("model") == KEY


def test_facts_come_back_by_key_and_content(tmp_path: Path) -> None:
    filled(tmp_path)
    with FactsStore(tmp_path) as store:
        assert store.get(KEY, [content(3), content(99)]) == {content(3): b"3" * 100}
        assert store.get(cache_key("other"), [content(3)]) == {}
        assert store.holds(KEY)
        assert not store.holds(cache_key("other"))


def test_thousands_of_rows_in_one_get(tmp_path: Path) -> None:
    filled(tmp_path, rows=3000)
    with FactsStore(tmp_path) as store:
        assert len(store.get(KEY, [content(n) for n in range(4000)])) == 3000


def test_derived_results_come_back(tmp_path: Path) -> None:
    with FactsStore(tmp_path) as store:
        store.put_derived(b"k", b"first")
        store.put_derived(b"k", b"second")
    with FactsStore(tmp_path) as store:
        assert store.get_derived(b"k") == b"second"
        assert store.get_derived(b"none") is None


def test_stamps_are_trusted_when_equal_and_old_enough(tmp_path: Path) -> None:
    stamp = (10, 5 * SECOND, 7)
    with FactsStore(tmp_path) as store:
        store.record("tree", {"a.c": (stamp, content(1))}, recorded_ns=8 * SECOND)
        assert store.contents("tree", {"a.c": stamp, "b.c": stamp}) == {"a.c": content(1)}
        assert store.contents("elsewhere", {"a.c": stamp}) == {}
        assert store.contents("tree", {"a.c": (11, 5 * SECOND, 7)}) == {}


def test_few_stamps_of_many(tmp_path: Path) -> None:
    stamp = (1, 1, 1)
    files = {f"f{n:04}.c": (stamp, content(n)) for n in range(2000)}
    with FactsStore(tmp_path) as store:
        store.record("tree", files, recorded_ns=9 * SECOND)
        for wanted in (["f0000.c", "f1999.c"], ["f0007.c"], sorted(files), ["g.c"], []):
            found = store.contents("tree", dict.fromkeys(wanted, stamp))
            assert found == {path: files[path][1] for path in wanted if path in files}


def test_racily_clean_stamp_is_not_trusted(tmp_path: Path) -> None:
    stamp = (10, 5 * SECOND, 7)
    with FactsStore(tmp_path) as store:
        store.record("tree", {"a.c": (stamp, content(1))}, recorded_ns=6 * SECOND)
        assert store.contents("tree", {"a.c": stamp}) == {}


def test_path_need_not_be_utf8(tmp_path: Path) -> None:
    stamp = (1, 1, 1)
    with FactsStore(tmp_path) as store:
        store.record("tree", {"\udcff.c": (stamp, content(1))}, recorded_ns=9 * SECOND)
        assert store.contents("tree", {"\udcff.c": stamp}) == {"\udcff.c": content(1)}


# -- damage ------------------------------------------------------------------------------------


def overwrite_header(file: Path) -> None:
    file.write_bytes(b"not a database at all" * 1000)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 3)


def scramble(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[40000:] = os.urandom(len(data) - 40000)
    file.write_bytes(data)


def drop_table(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("DROP TABLE facts")
    connection.close()


@pytest.mark.parametrize("harm", [overwrite_header, truncate, scramble, drop_table])
def test_damaged_file_is_made_anew(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    harm(filled(tmp_path, rows=400, size=1000))
    with FactsStore(tmp_path) as store:
        wanted = {content(n): b"%d" % n * 1000 for n in range(400)}
        found = store.get(KEY, wanted)
        assert found.items() <= wanted.items()
        assert len(found) < 400
        assert "damaged" in str(store.notes[0])
        store.put(KEY, wanted)
        assert store.get(KEY, wanted) == wanted
    with FactsStore(tmp_path) as store:
        assert store.get(KEY, wanted) == wanted
        assert store.notes == []


def test_flipped_bit_in_a_row_is_noticed(tmp_path: Path) -> None:
    file = filled(tmp_path, rows=1, size=50_000)
    data = bytearray(file.read_bytes())
    data[data.index(b"0" * 10_000) + 5_000] ^= 1
    file.write_bytes(data)
    with FactsStore(tmp_path) as store:
        assert store.get(KEY, [content(0)]) == {}
        assert len(store.notes) == 1
        store.put(KEY, {content(0): b"again"})
        assert store.get(KEY, [content(0)]) == {content(0): b"again"}


def test_empty_file_is_made_a_cache(tmp_path: Path) -> None:
    filled(tmp_path).write_bytes(b"")
    filled(tmp_path)


def test_stale_journal_is_not_replayed_into_a_new_file(tmp_path: Path) -> None:
    file = filled(tmp_path)
    store = FactsStore(tmp_path)
    store.put(KEY, {content(50): b"in the journal"})
    overwrite_header(file)
    with FactsStore(tmp_path) as other:
        assert other.get(KEY, [content(50)]) == {}
        other.put(KEY, {content(51): b"new"})
    store.close()
    with FactsStore(tmp_path) as other:
        assert other.get(KEY, [content(50), content(51)]).items() <= {content(51): b"new"}.items()


def test_foreign_database_is_left_alone(tmp_path: Path) -> None:
    file = filled(tmp_path)
    file.unlink()
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE precious (x)")
    connection.commit()
    connection.close()
    before = file.read_bytes()
    with FactsStore(tmp_path) as store:
        store.put(KEY, {content(1): b"x"})
        assert store.get(KEY, [content(1)]) == {}
        assert "another program" in str(store.notes[0])
    assert file.read_bytes() == before


# -- obstacles ---------------------------------------------------------------------------------


def test_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with FactsStore(tmp_path / "file" / "cache") as store:
        store.put(KEY, {content(1): b"x"})
        assert store.get(KEY, [content(1)]) == {}
        assert store.get_derived(b"k") is None
        assert len(store.notes) == 1
        assert "\n" not in str(store.notes[0])


def test_directory_in_place_of_the_file(tmp_path: Path) -> None:
    file = filled(tmp_path)
    file.unlink()
    file.mkdir()
    with FactsStore(tmp_path) as store:
        assert store.get(KEY, [content(1)]) == {}
        assert len(store.notes) == 1


def without_privileges(action: Callable[[], object]) -> None:
    """Run ``action`` in a process to which permissions apply: root's tests would see none."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            action()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_read_only_cache_is_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        file = filled(directory)
        file.chmod(0o444)
        directory.chmod(0o555)

        def use() -> None:
            with FactsStore(directory) as store:
                assert store.get(KEY, [content(3)]) == {content(3): b"3" * 100}
                assert store.notes == []
                store.put(KEY, {content(50): b"x"})
                assert "read-only" in str(store.notes[0])
                assert store.get(KEY, [content(50)]) == {}

        without_privileges(use)
        directory.chmod(0o755)


def test_unwritable_empty_directory() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o555)

        def use() -> None:
            with FactsStore(directory) as store:
                store.put(KEY, {content(1): b"x"})
                assert store.get(KEY, [content(1)]) == {}
                assert len(store.notes) == 1

        without_privileges(use)
        directory.chmod(0o755)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_LOCK_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")
def test_cache_locked_for_writing_is_still_read(tmp_path: Path) -> None:
    holder = sqlite3.connect(filled(tmp_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with FactsStore(tmp_path) as store:
        assert store.get(KEY, [content(3)]) == {content(3): b"3" * 100}
        store.put(KEY, {content(50): b"x"})
        assert "locked" in str(store.notes[0])
        assert store.get(KEY, [content(4)]) == {content(4): b"4" * 100}
    holder.close()


@pytest.mark.usefixtures("impatient")
def test_cache_locked_altogether(tmp_path: Path) -> None:
    holder = sqlite3.connect(filled(tmp_path), isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    holder.execute("DELETE FROM derived")
    with FactsStore(tmp_path) as store:
        assert store.get(KEY, [content(3)]) == {}
        store.put(KEY, {content(50): b"x"})
        assert len(store.notes) == 1
        assert "locked" in str(store.notes[0])
    holder.close()


def test_full_disk(tmp_path: Path) -> None:
    filled(tmp_path)
    with FactsStore(tmp_path) as store:
        assert store._connection is not None
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        store.put(KEY, {content(50): os.urandom(10_000_000)})
        assert "no space" in str(store.notes[0])
        store.put(KEY, {content(51): os.urandom(10_000_000)})
        assert len(store.notes) == 1
        assert store.get(KEY, [content(3)]) == {content(3): b"3" * 100}


# -- size --------------------------------------------------------------------------------------


def test_size_stays_bounded_and_own_rows_last(tmp_path: Path) -> None:
    limit = 4_000_000
    blob = os.urandom(100_000)
    for run in range(8):
        with FactsStore(tmp_path, limit=limit) as store:
            key = cache_key(f"model {run}")
            store.put(key, {content(n): blob for n in range(15)})
            assert len(store.get(key, [content(n) for n in range(15)])) == 15
            assert store.notes == []
    assert file_of(tmp_path).stat().st_size < limit * 3 // 2
    with FactsStore(tmp_path, limit=limit) as store:
        assert store.holds(cache_key("model 7"))
        assert not store.holds(cache_key("model 0"))


def test_longest_unused_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = os.urandom(100_000)
    now = 1_000_000_000.0
    monkeypatch.setattr("kscan.facts.store.time.time", lambda: now)
    old, used = cache_key("old"), cache_key("used")
    with FactsStore(tmp_path) as store:
        store.put(used, {content(0): blob})
        store.put(old, {content(n): blob for n in range(4)})
    now += 10 * 86400
    with FactsStore(tmp_path) as store:
        store.get(used, [content(0)])
    with FactsStore(tmp_path, limit=700_000) as store:
        store.put(KEY, {content(0): blob, content(1): blob})
        assert len(store.get(old, [content(n) for n in range(4)])) < 4
        assert store.holds(used)
        assert store.holds(KEY)


def test_more_than_the_limit_in_one_run(tmp_path: Path) -> None:
    with FactsStore(tmp_path, limit=1_000_000) as store:
        for n in range(40):
            store.put(KEY, {content(n): os.urandom(100_000)})
        assert store.notes == []
        assert store.get(KEY, [content(39)]) != {}
    assert file_of(tmp_path).stat().st_size < 2_000_000


# -- runs at the same time ---------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from kscan.facts.store import FactsStore, cache_key, content_id
start = int(sys.argv[2])
for first in range(start, start + 100, 20):
    with FactsStore(Path(sys.argv[1])) as store:
        rows = {content_id(b"%d" % n): b"%d" % n * 1000 for n in range(first, first + 20)}
        store.put(cache_key("model"), rows)
        store.put_derived(b"common", b"same")
        assert store.get(cache_key("model"), rows) == rows
        assert store.notes == [], store.notes
"""


def test_concurrent_runs_lose_nothing(tmp_path: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "cache"), str(n * 100)])
        for n in range(4)
    ]
    assert [run.wait() for run in runs] == [0] * 4
    with FactsStore(tmp_path / "cache") as store:
        assert len(store.get(KEY, [content(n) for n in range(400)])) == 400
