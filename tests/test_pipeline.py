"""The facts stage: what is read and parsed again, and what becomes of files that resist.

Counts of operations rather than times; the extractor is made up, so that no parser is needed.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from kscan.errors import InputError
from kscan.facts.model import FileFacts, Macro, Quality, encode
from kscan.facts.store import FactsStore, content_id
from kscan.pipeline import facts as stage
from kscan.pipeline import pool
from kscan.pipeline.facts import FactsLoader, Loaded
from kscan.sources import Stamp

FILES = 60  # enough for more than one worker


@dataclass(frozen=True)
class Macros:
    digest: str = "model"


class Directory:
    """A source that counts; files are a minute old unless written later."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.reads: list[str] = []
        self.name = str(top)

    def paths(self, under: Sequence[str]) -> Iterable[str]:
        return sorted(os.listdir(self.top))

    def exists(self, path: str) -> bool:
        return (self.top / path).exists()

    def stamps(self, under: Sequence[str]) -> dict[str, Stamp]:
        return {path: self.stamp(path) for path in self.paths(under)}

    def stamp(self, path: str) -> tuple[int, ...] | str:
        try:
            status = os.stat(self.top / path)
        except OSError as error:
            raise InputError(path, "cannot be read", "check the spelling") from error
        return (status.st_size, status.st_mtime_ns, status.st_ino)

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        return (self.top / path).read_bytes()


class Blobs(Directory):
    """The same by blob id, as a revision has them."""

    def stamp(self, path: str) -> tuple[int, ...] | str:
        return content_id((self.top / path).read_bytes()).hex()


def extract(source: bytes, macros: Macros) -> FileFacts:
    """Facts that repeat the file's words; some words do what they say."""
    words = source.decode().split()
    match words[0]:
        case "refuse":
            raise InputError("file", "is refused", "do not give it", 7)
        case "defect":
            raise KeyError("missing")
        case "nest":
            raise RecursionError
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            faulthandler.disable()  # pytest's would tell of it
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(3)
        case "spin":
            while True:
                pass
        case "devour":
            bytearray(pool.MEMORY_LIMIT + 1)
    macro = Macro(words[0], None, source.decode(), 1)
    return FileFacts((), (), (), (), (), (macro,), (), (), (), Quality(0, 0, ()))


def write(top: Path, name: str, text: str, age: float = 60) -> None:
    path = top / name
    path.write_text(text)
    then = time.time() - age
    os.utime(path, (then, then))


@pytest.fixture
def source(tmp_path: Path) -> Directory:
    top = tmp_path / "tree"
    top.mkdir()
    for number in range(FILES):
        write(top, f"f{number:02}.c", f"word{number} " * (number * number + 1))
    return Directory(top)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def load(
    source: Directory,
    cache: Path | None = None,
    *,
    jobs: int = 2,
    cpu_seconds: float = 10,
    digest: str = "model",
) -> Loaded:
    source.reads.clear()
    paths = source.paths([])
    macros = Macros(digest)
    if cache is None:
        return FactsLoader(source, macros, jobs=jobs, extractor=extract, cpu_seconds=cpu_seconds).load(paths)
    with FactsStore(cache) as store:
        loader = FactsLoader(source, macros, store, jobs=jobs, extractor=extract, cpu_seconds=cpu_seconds)
        return loader.load(paths)


def packed(loaded: Loaded) -> list[tuple[str, bytes]]:
    return [(path, encode(facts)) for path, facts in loaded.facts.items()]


def children() -> set[str]:
    """The processes this one has started and not yet let go of."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.fixture(autouse=True)
def others() -> Iterator[None]:
    """Remembers the processes that other tests left, so that ``no_children`` looks at ours alone."""
    OTHERS.update(children())
    yield
    OTHERS.clear()


OTHERS: set[str] = set()


def no_children() -> bool:
    return children() <= OTHERS


def test_any_number_of_jobs_gives_the_same(source: Directory, cache: Path) -> None:
    alone = load(source, jobs=0)
    assert list(alone.facts) == source.paths([])
    for jobs in (1, 2, 5):
        assert packed(load(source, jobs=jobs)) == packed(alone)
    assert packed(load(source, cache)) == packed(alone)
    assert packed(load(source, cache)) == packed(alone)
    assert no_children()


def test_workers_read_the_files_themselves(source: Directory) -> None:
    assert load(source).extracted == FILES
    assert source.reads == []


def test_second_load_reads_nothing(source: Directory, cache: Path) -> None:
    first = load(source, cache)
    second = load(source, cache)
    assert (first.read, first.extracted) == (FILES, FILES)
    assert (second.read, second.extracted) == (0, 0)
    assert source.reads == []
    assert second.contents == first.contents


def test_one_load_after_the_other_leaves_nothing_for_good(source: Directory, cache: Path) -> None:
    load(source, cache)
    kept = gc.get_freeze_count()
    write(source.top, "new.c", "int new(void);\n")
    made: list[list[int]] = [[] for _ in range(10_000)]
    load(source, cache)
    assert made
    assert gc.get_freeze_count() <= kept


def test_second_load_needs_no_parser(source: Directory, cache: Path) -> None:
    load(source, cache)
    program = f"""
        import sys
        sys.path[:0] = {sys.path!r}
        from pathlib import Path
        from kscan.facts.store import FactsStore
        from kscan.pipeline.facts import FactsLoader
        from kscan.sources.tree import Tree
        class Macros:
            digest = "model"
        with FactsStore(Path({str(cache)!r})) as store:
            loaded = FactsLoader(Tree({source.name!r}), Macros(), store).load({source.paths([])!r})
        assert len(loaded.facts) == {FILES}, loaded.skipped
        assert "tree_sitter" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


def test_touched_file_is_read_but_not_parsed(source: Directory, cache: Path) -> None:
    load(source, cache)
    os.utime(source.top / "f07.c", (1, 1))
    again = load(source, cache)
    assert (again.read, again.extracted) == (1, 0)
    assert source.reads == ["f07.c"]
    assert load(source, cache).read == 0


def test_changed_file_is_parsed(source: Directory, cache: Path) -> None:
    load(source, cache)
    write(source.top, "f07.c", "changed", age=50)
    again = load(source, cache)
    assert (again.read, again.extracted) == (1, 1)
    assert again.facts["f07.c"].macros[0].name == "changed"
    assert load(source, cache).read == 0


def test_racily_clean_file_is_read_again(source: Directory, cache: Path) -> None:
    write(source.top, "f07.c", "before", age=0)
    stamp = source.stamp("f07.c")
    load(source, cache)
    write(source.top, "f07.c", "after!")
    assert isinstance(stamp, tuple)
    os.utime(source.top / "f07.c", ns=(stamp[1], stamp[1]))
    assert source.stamp("f07.c") == stamp
    assert load(source, cache).facts["f07.c"].macros[0].name == "after!"


def test_other_model_is_another_key(source: Directory, cache: Path) -> None:
    load(source, cache)
    assert load(source, cache, digest="other").extracted == FILES
    assert load(source, cache).extracted == 0


def test_copied_tree_is_not_parsed_again(source: Directory, cache: Path, tmp_path: Path) -> None:
    first = load(source, cache)
    (tmp_path / "copy").mkdir()
    for name in source.paths([]):
        write(tmp_path / "copy", name, (source.top / name).read_text())
    copy = Directory(tmp_path / "copy")
    again = load(copy, cache)
    assert (again.read, again.extracted) == (FILES, 0)
    assert packed(again) == packed(first)


def test_blob_ids_need_no_reading(source: Directory, cache: Path) -> None:
    first = load(source, cache)
    blobs = Blobs(source.top)
    assert packed(load(blobs, cache)) == packed(first)
    assert blobs.reads == []


def test_source_of_blobs_is_read_here(source: Directory, cache: Path) -> None:
    blobs = Blobs(source.top)
    assert packed(load(blobs, cache)) == packed(load(source))
    load(blobs)
    assert len(blobs.reads) == FILES


def test_large_blobs_and_large_answers_do_not_block(tmp_path: Path) -> None:
    for number in range(8):
        write(tmp_path, f"f{number}.c", f"word{number} " * 200_000)
    blobs = Blobs(tmp_path)
    assert load(blobs, jobs=1).extracted == 8
    assert load(blobs, jobs=2).extracted == 8


def test_bad_rows_of_the_cache_are_made_again(source: Directory, cache: Path) -> None:
    first = load(source, cache)
    with FactsStore(cache) as store:
        loader = FactsLoader(source, Macros(), store)
        store.put(loader._key, {first.contents["f03.c"]: b"no msgpack"})
    again = load(source, cache)
    assert again.extracted == 1
    assert packed(again) == packed(first)


@pytest.mark.parametrize("jobs", [0, 1, 2])
@pytest.mark.parametrize(
    ("text", "reason"),
    [("refuse", "is refused"), ("defect", "KeyError"), ("nest", "nested too deeply"), ("\0\1", "binary")],
)
def test_file_that_fails_is_skipped(source: Directory, text: str, reason: str, jobs: int) -> None:
    expected = packed(load(source, jobs=0))
    write(source.top, "bad.c", text)
    loaded = load(source, jobs=jobs)
    (skipped,) = loaded.skipped
    assert skipped.file == "bad.c"
    assert reason in skipped.reason
    assert skipped.remedy
    assert packed(loaded) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("die", "was killed"),
        ("segfault", "crashed (SIGSEGV)"),
        ("exit", "ended with status 3"),
        ("devour", "of memory"),
        ("spin", "more than 0.2 s of CPU time"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 3])
def test_file_that_ends_its_worker_is_lost_alone(
    source: Directory, cache: Path, text: str, reason: str, jobs: int
) -> None:
    expected = packed(load(source, jobs=0))
    write(source.top, "bad.c", text)
    for _ in range(2):  # with an empty cache, then alone
        loaded = load(source, cache, jobs=jobs, cpu_seconds=0.2)
        (skipped,) = loaded.skipped
        assert skipped.file == "bad.c"
        assert reason in skipped.reason
        assert packed(loaded) == expected
        assert no_children()


def test_many_bad_files(source: Directory) -> None:
    for number in range(30):
        write(source.top, f"bad{number:02}.c", "die")
    loaded = load(source)
    assert [skipped.file for skipped in loaded.skipped] == [f"bad{number:02}.c" for number in range(30)]
    assert len(loaded.facts) == FILES


def test_missing_and_large_files_are_skipped(source: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "LARGEST", 1000)
    write(source.top, "large.c", "x" * 1001)
    loader = FactsLoader(source, Macros(), extractor=extract)
    loaded = loader.load(["f00.c", "gone.c", "large.c"])
    assert list(loaded.facts) == ["f00.c"]
    assert [skipped.file for skipped in loaded.skipped] == ["gone.c", "large.c"]


def test_few_files_take_one_worker(source: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = pool.run

    def run(*args: object, workers: int, **options: object) -> object:
        asked.append(workers)
        return real(*args, workers=workers, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pool, "run", run)
    loader = FactsLoader(source, Macros(), jobs=4, extractor=extract)
    loader.load(["f01.c", "f02.c"])
    loader.load(source.paths([]))
    assert asked == [1, 4]


def test_broken_cache_changes_no_result(source: Directory, tmp_path: Path) -> None:
    expected = packed(load(source, jobs=0))
    (tmp_path / "file").write_text("")
    assert packed(load(source, tmp_path / "file" / "cache")) == expected


INTERRUPTED = """
import os, signal, sys
sys.path[:0] = {path!r}
from kscan.pipeline import pool
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
def work(data):
    os.write(1, b"%d\\n" % os.getpid())  # in one piece, which print() need not do
    while True:
        pass
try:
    for answer in pool.run([[pool.Item(n, b"")] for n in range(4)], work, workers=3, cpu_seconds=60):
        pass
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("whole_group", [False, True])
def test_interrupt_ends_all_workers_at_once(whole_group: bool) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED.format(path=sys.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    workers = [int(program.stdout.readline()) for _ in range(3)]
    (os.killpg if whole_group else os.kill)(program.pid, signal.SIGINT)
    assert program.wait(timeout=60) == 130
    assert program.stderr.read() == ""
    program.stdout.close()
    program.stderr.close()
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_end_when_left_early() -> None:
    items = [[pool.Item(number, b"%d" % number)] for number in range(9)]
    answers = pool.run(items, lambda data: data, workers=3, cpu_seconds=10)
    first = next(answers)
    assert first.data == b"%d" % first.index
    answers.close()
    assert no_children()


def test_an_answer_begun_ahead() -> None:
    first, second = pool.Ahead(lambda: b"1" * 3_000_000), pool.Ahead(lambda: b"2")
    assert first.answer() == b"1" * 3_000_000  # though the second one holds its channel open, too
    assert second.answer() == b"2"
    assert pool.Ahead(partial(os._exit, 3)).answer() is None
    busy = pool.Ahead(lambda: time.sleep(600) or b"")  # type: ignore[func-returns-value]
    busy.stop()
    busy.stop()
    assert no_children()
