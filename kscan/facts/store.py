"""A cache of facts by content, in one SQLite file; whatever happens to it costs time, never a result.

Three tables.  ``facts`` holds the encoded facts of a file's bytes, keyed by the git blob id of
these bytes and by a digest of everything else the facts depend on.  ``stamps`` remembers which
bytes a path of a tree had, so that an unchanged file is neither read nor hashed.  ``derived``
holds results of later stages, keyed by a digest of their inputs.

Rows are kept as they are: reading 1562 files (10.7 MB) takes 19 ms; zlib would take a third of
the space and 65 ms more.  Memory-mapped reading would save 5 ms and turn a file that somebody
truncates meanwhile into a SIGBUS.  Every row carries a checksum, because SQLite notices a damaged
page only where it holds structure.

Failures are told in ``FactsStore.notes``, one line each, and end there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import time
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kscan.errors import InputError
from kscan.facts.model import FACTS_VERSION

Stamp = tuple[int, ...]
"""What tells that a file is unchanged: (size, mtime_ns, ...)."""

DEFAULT_LIMIT = 2 << 30
"""Bytes the file may hold: three whole kernels."""

_SCHEMA_VERSION = 1
_FILE = f"facts-{_SCHEMA_VERSION}.sqlite"
_APPLICATION_ID = 0x6B736361  # tells our file from any other SQLite file
_PAGE = 16384  # facts are long rows: half the time of 4096 when writing
_CHUNK = 900  # below SQLite's historical limit of 999 parameters
_LOCK_SECONDS = 2.0
_RACY_NS = 2_000_000_000  # the coarsest time stamps of common file systems (FAT)
_DAY = 86400
_MAKERS = ("parse", "facts/extract", "facts/model.py", "kernel/macros.py")

_SCHEMA = f"""
PRAGMA page_size = {_PAGE};
PRAGMA journal_mode = WAL;
CREATE TABLE facts (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL, content BLOB NOT NULL,
    used INTEGER NOT NULL, sum INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (key, content));
CREATE TABLE stamps (
    tree BLOB NOT NULL, path BLOB NOT NULL, stamp TEXT NOT NULL, recorded INTEGER NOT NULL,
    content BLOB NOT NULL, PRIMARY KEY (tree, path)) WITHOUT ROWID;
CREATE TABLE derived (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,
    used INTEGER NOT NULL, sum INTEGER NOT NULL, data BLOB NOT NULL);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_SCHEMA_VERSION};
"""

# SQLITE_ERROR: our statements are sound, so a table or column is not what it was.
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
_REASONS = {
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_FULL: "no space is left for it",
}


def content_id(data: bytes) -> bytes:
    """The git blob id of ``data``."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).digest()


def cache_key(*digests: str) -> bytes:
    """The key of what this code of kscan makes with the models of the given digests."""
    parts = (str(FACTS_VERSION), code_digest(*_MAKERS), *digests)
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()


@cache
def code_digest(*places: str) -> str:
    """A digest of source files of kscan, or of all of a folder, by which what they make is known: nobody has
    to think of a version.

    The same for whatever files where there is no source to read (a zip file); versions then have to tell.
    """
    package = Path(__file__).resolve().parent.parent
    total = hashlib.blake2b(digest_size=16)
    for place in places:
        path = package / place
        for file in sorted(path.glob("*.py")) if path.is_dir() else (path,):
            with suppress(OSError):
                total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


class FactsStore:
    """The cache in ``directory``, which is made if need be.  To be closed, or used as a context manager.

    No method raises for what may be wrong with the cache: it then answers as an empty one.
    """

    def __init__(self, directory: Path, *, limit: int = DEFAULT_LIMIT) -> None:
        self.notes: list[InputError] = []
        self._path = directory / _FILE
        self._limit = limit
        self._today = int(time.time()) // _DAY
        self._live: set[bytes] = set()  # keys asked for by this run: pruned last
        self._seen: list[tuple[bytes, bytes]] = []  # rows whose day of use is out of date
        self._writable = True
        self._remade = False  # once a run: what is damaged again at once lies on a bad disk
        self._connection: sqlite3.Connection | None = None
        self._owner = os.getpid()
        self._inherited: list[sqlite3.Connection | None] = []
        self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def move(self) -> None:
        """To be called in a forked process: the connection that it has inherited is that of another one."""
        if self._owner != os.getpid():
            self._inherited.append(self._connection)  # closing it would be felt on the other side
            self._owner, self._connection, self._seen, self.notes = os.getpid(), None, [], []
            self._connect()

    def close(self) -> None:
        """Record what was used, prune what is too much, and let go of the file."""
        if self._seen and self._writable:
            seen = [(self._today, key, content) for key, content in self._seen]
            self._seen = []
            self._write("UPDATE facts SET used = ? WHERE key = ? AND content = ?", seen)
        self._disconnect()

    # -- facts ---------------------------------------------------------------------------------

    def holds(self, key: bytes) -> bool:
        """Whether there are any facts under ``key``."""
        rows = self._read("SELECT 1 FROM facts WHERE key = ? LIMIT 1", (key,))
        return bool(rows)

    def get(self, key: bytes, contents: Collection[bytes]) -> dict[bytes, bytes]:
        """The encoded facts under ``key`` of those ``contents`` that are known, by content id."""
        self._live.add(key)
        found: dict[bytes, bytes] = {}
        for chunk in _chunks(sorted(set(contents))):
            wanted = f"key = ? AND content IN ({_marks(chunk)})"
            rows = self._read(
                f"SELECT content, used, sum, data FROM facts WHERE {wanted}",  # noqa: S608 - question marks only
                (key, *chunk),
            )
            for content, used, checksum, data in rows:
                if not _sound(content, checksum, data):
                    self._note("holds a damaged row", "its file is analysed again")
                    continue
                found[content] = data
                if used != self._today:
                    self._seen.append((key, content))
        return found

    def put(self, key: bytes, facts: Mapping[bytes, bytes]) -> None:
        """Keep encoded facts, by content id, in one transaction."""
        self._live.add(key)
        rows = [(key, content, self._today, _sum(content, data), data) for content, data in facts.items()]
        self._write(
            "INSERT OR REPLACE INTO facts (key, content, used, sum, data) VALUES (?, ?, ?, ?, ?)", rows
        )

    # -- stamps --------------------------------------------------------------------------------

    def contents(self, tree: str, stamps: Mapping[str, Stamp]) -> dict[str, bytes]:
        """The content ids of those files of ``tree`` that are as they were when recorded.

        A file that was written within two seconds of being recorded may have changed since
        without a new stamp (git calls it racily clean): it is not among them.
        """
        paths = {_path_key(path): path for path in stamps}
        known: dict[str, bytes] = {}
        for key, text, recorded, content in self._stamp_rows(_tree_key(tree), sorted(paths)):
            path = paths.get(key)
            if path is None:
                continue
            stamp = stamps[path]
            if text == _stamp_text(stamp) and stamp[1] + _RACY_NS < recorded:
                known[path] = content
        return known

    def _stamp_rows(self, tree: bytes, paths: Sequence[bytes]) -> list[Any]:
        """Rows of ``paths``, and perhaps of others."""
        if not paths:
            return []
        columns = "SELECT path, stamp, recorded, content FROM stamps WHERE tree = ?"
        # A walk over a range takes a third of the time of searches, if most of it is asked for.
        limit = 4 * len(paths)
        rows = self._read(f"{columns} AND path BETWEEN ? AND ? LIMIT ?", (tree, paths[0], paths[-1], limit))
        if len(rows) < limit:
            return rows
        rows = []
        for chunk in _chunks(paths):
            rows += self._read(f"{columns} AND path IN ({_marks(chunk)})", (tree, *chunk))
        return rows

    def record(self, tree: str, files: Mapping[str, tuple[Stamp, bytes]], recorded_ns: int) -> None:
        """Remember stamp and content id of files; the stamps were taken at ``recorded_ns`` or later."""
        key = _tree_key(tree)
        rows = [
            (key, _path_key(path), _stamp_text(stamp), recorded_ns, content)
            for path, (stamp, content) in sorted(files.items())
        ]
        self._write("INSERT OR REPLACE INTO stamps VALUES (?, ?, ?, ?, ?)", rows)

    # -- derived results -----------------------------------------------------------------------

    def get_derived(self, key: bytes) -> bytes | None:
        """What was kept under ``key``, a digest of all that the result depends on."""
        rows = self._read("SELECT key, used, sum, data FROM derived WHERE key = ?", (key,))
        for found, used, checksum, data in rows:
            if _sound(found, checksum, data):
                if used != self._today:
                    self._write("UPDATE derived SET used = ? WHERE key = ?", [(self._today, key)])
                return bytes(data)
            self._note("holds a damaged row", "its result is computed again")
        return None

    def put_derived(self, key: bytes, data: bytes) -> None:
        """Keep a result under ``key``."""
        row = (key, self._today, _sum(key, data), data)
        self._write("INSERT OR REPLACE INTO derived (key, used, sum, data) VALUES (?, ?, ?, ?)", [row])

    # -- statements ----------------------------------------------------------------------------

    def _read(self, statement: str, values: Sequence[object]) -> list[Any]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self._failed(error, writing=False)
            return []

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows or self._connection is None:
            return
        if not self._writable:
            if not self.notes:
                self._note("cannot be written: it is read-only", "this run's results are not kept")
            return
        try:
            try:
                self._transact(statement, rows)
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_FULL:
                    raise
                self._prune(self._limit // 2)  # gives room within the file, if not on the disk
                self._transact(statement, rows)
            if self._size() > self._limit:
                self._prune(self._limit * 3 // 4)
        except sqlite3.Error as error:
            self._failed(error, writing=True)

    def _transact(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if self._connection is None or not self._writable:
            return
        # IMMEDIATE: a transaction that turns from reading to writing may fail at once instead of waiting.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")

    def _size(self) -> int:
        """Bytes in use; what pruning has freed is used again before the file grows."""
        if self._connection is None:
            return 0
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        (page,) = self._connection.execute("PRAGMA page_size").fetchone()
        return int(pages - free) * int(page)

    def _prune(self, goal: int) -> None:
        """Delete rows until about ``goal`` bytes are left: other keys first, the longest unused first."""
        if self._connection is None or not self._writable:
            return
        excess = self._size() - goal
        live = sorted(self._live)
        oldest = self._connection.execute(
            f"""SELECT 'facts', id, length(data), key IN ({_marks(live)}) AS live, used FROM facts
                UNION ALL SELECT 'derived', id, length(data), 0, used FROM derived
                ORDER BY live, used, id""",  # noqa: S608 - question marks only
            live,
        ).fetchall()
        doomed: dict[str, list[tuple[int]]] = {"facts": [], "derived": []}
        for table, row, size, *_ in oldest:
            if excess <= 0:
                break
            doomed[table].append((row,))
            excess -= size
        self._transact("DELETE FROM facts WHERE id = ?", doomed["facts"])
        self._transact("DELETE FROM derived WHERE id = ?", doomed["derived"])
        self._transact("DELETE FROM stamps WHERE ? AND content NOT IN (SELECT content FROM facts)", [(1,)])

    # -- the file ------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Open the file; make it where it is missing, empty or damaged."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open()
            if self._connection is None:
                with self._locked():
                    self._connection = self._open()  # somebody else may have made it meanwhile
                    if self._connection is None:
                        self._create()
                        self._connection = self._open()
        except OSError as error:
            self._note(f"cannot be used: {error.strerror or error}")
        except sqlite3.Error as error:
            self._failed(error, writing=False)

    def _open(self) -> sqlite3.Connection | None:
        """A connection to a sound file of ours; None where one is to be made.  Foreign files are refused."""
        try:
            if self._path.stat().st_size == 0:
                return None
        except FileNotFoundError:
            return None
        self._writable = os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK)
        # SQLite cannot open a WAL file where it may not make the files beside it, unless told that
        # nobody writes.  Should somebody do so nevertheless, checksums notice.
        mode = "mode=rw" if self._writable else "mode=ro&immutable=1"
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=_LOCK_SECONDS
        )
        sound = False
        try:
            sound = self._is_ours(connection)
        except sqlite3.DatabaseError as error:
            if _code(error) not in _DAMAGED:
                raise
            self._note("is damaged", "it is made anew")
        finally:
            if not sound:
                connection.close()
        return connection if sound else None

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if (application, version) != (_APPLICATION_ID, _SCHEMA_VERSION):
            raise OSError(0, "it is the file of another program")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {_PAGE * 256}")
        # A run that writes more than can be pruned meets SQLITE_FULL rather than filling the disk.
        connection.execute(f"PRAGMA max_page_count = {max(16, self._limit * 3 // 2 // _PAGE)}")
        return True

    def _create(self) -> None:
        """Put a new file in place, whole or not at all."""
        name = self._path.with_name(f".{_FILE}-{os.getpid()}")
        name.unlink(missing_ok=True)
        try:
            connection = sqlite3.connect(name, isolation_level=None)
            try:
                connection.executescript(_SCHEMA)
            finally:
                connection.close()
            for suffix in ("-wal", "-shm"):  # SQLite would replay an old journal into the new file
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
            os.replace(name, self._path)
        finally:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{name}{suffix}").unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other runs from making the file at the same time."""
        handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            deadline = time.monotonic() + _LOCK_SECONDS
            while not _try_lock(handle):
                if time.monotonic() > deadline:
                    raise OSError(0, "another program holds its lock")
                time.sleep(0.02)
            yield
        finally:
            os.close(handle)

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    # -- failures ------------------------------------------------------------------------------

    def _failed(self, error: sqlite3.Error, *, writing: bool) -> None:
        """Say what went wrong, once, and go on with as much of the cache as is of use."""
        code = _code(error)
        if code in _DAMAGED and not self._remade:
            self._remake()
        elif writing:
            self._writable = False
            self._note(f"cannot be written: {_reason(error)}", "this run's results are not kept")
        else:
            self._disconnect()
            self._note(f"cannot be read: {_reason(error)}", "everything is analysed again")

    def _remake(self) -> None:
        self._note("is damaged", "it is made anew")
        self._remade = True
        self._disconnect()
        if not self._writable:
            return
        try:
            with self._locked():
                self._create()
                self._connection = self._open()
        except (OSError, sqlite3.Error) as error:
            self._disconnect()
            self._note(f"cannot be made anew: {error}")

    def _note(self, reason: str, remedy: str = "") -> None:
        note = InputError(f"cache {self._path}", reason, remedy)
        if note not in self.notes:
            self.notes.append(note)


def _chunks(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _path_key(path: str) -> bytes:
    return os.fsencode(path)  # a name need not be UTF-8, a TEXT column must


def _tree_key(tree: str) -> bytes:
    return hashlib.blake2b(os.fsencode(tree), digest_size=16).digest()


def _stamp_text(stamp: Stamp) -> str:
    return ":".join(map(str, stamp))


def _sum(content: bytes, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(content))


def _sound(content: object, checksum: object, data: object) -> bool:
    return isinstance(content, bytes) and isinstance(data, bytes) and checksum == _sum(content, data)


def _code(error: sqlite3.Error) -> int:
    # Absent on errors that the Python module raises by itself; the low byte is the primary code.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _reason(error: sqlite3.Error) -> str:
    return _REASONS.get(_code(error), str(error))


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
