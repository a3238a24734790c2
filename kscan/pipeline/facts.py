"""Stage "facts": the facts of given files, from the cache or from worker processes.

Files are stat'ed first; what the cache knows by path and stamp is neither read nor hashed, what
it knows by content is not parsed.  The rest goes to workers, which read the files themselves
where these lie in a directory and answer with packed facts.  Answers may come in any order;
nothing that is returned depends on it.

The unit of work is bytes to bytes (``extract_unit``): it may as well run on another machine.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import msgspec

from kscan.errors import InputError
from kscan.facts.model import FileFacts, decode, encode
from kscan.facts.store import FactsStore, Stamp, cache_key, content_id
from kscan.findings.model import Skipped
from kscan.parse import LARGEST
from kscan.sources.paths import is_utf8

if TYPE_CHECKING:
    from kscan.pipeline import pool
    from kscan.sources import Source

CPU_SECONDS = 10.0
"""CPU time a worker may spend on one file."""

_MANY_FILES = 40  # below both, one worker is done before a second one pays
_MANY_BYTES = 400_000
_CHUNK_BYTES = 128_000  # about 20 ms of work: small enough to balance, large enough to be few messages
_STORE_BYTES = 4_000_000  # packed facts that wait for a transaction of their own
_UNKNOWN_SIZE = 16_000  # of a file that is known by its blob id only
_BINARY_PREFIX = 8000  # git looks for a NUL as far


class Macros(Protocol):
    """What an extractor must know of macros; ``digest`` tells one such knowledge from another."""

    @property
    def digest(self) -> str:
        """A digest of all that can change an extractor's result."""
        ...


Extractor = Callable[[bytes, Any], FileFacts]
"""Bytes and macros to facts; it gets the macros that the loader was given."""


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """The work of one file.  ``data`` is None where the worker is to read ``path`` itself."""

    path: str
    data: bytes | None


class Result(msgspec.Struct, frozen=True, array_like=True):
    """Packed facts of the bytes with the id ``content``; or, where it is empty, why there are none."""

    content: bytes
    facts: bytes
    reason: str = ""
    remedy: str = ""
    line: int = 0


class Loaded(msgspec.Struct, frozen=True):
    """What a load gave, by path in sorted order.  ``read`` and ``extracted`` count files."""

    facts: dict[str, FileFacts]
    contents: dict[str, bytes]  # git blob ids: a digest of them identifies the facts as a whole
    skipped: tuple[Skipped, ...]
    read: int
    extracted: int


class _State(msgspec.Struct):
    """A load under way."""

    stamps: dict[str, Stamp | str] = msgspec.field(default_factory=dict)
    contents: dict[str, bytes] = msgspec.field(default_factory=dict)
    facts: dict[str, FileFacts] = msgspec.field(default_factory=dict)
    skipped: list[Skipped] = msgspec.field(default_factory=list)
    read: set[str] = msgspec.field(default_factory=set)
    extracted: int = 0


class FactsLoader:
    """Loads facts of files of one source.

    ``jobs`` is the number of worker processes; with 0 all is done in this process, without a
    limit of time or memory (for profiles and debuggers).
    """

    def __init__(
        self,
        source: Source,
        macros: Macros,
        store: FactsStore | None = None,
        *,
        jobs: int = 1,
        extractor: Extractor | None = None,
        cpu_seconds: float = CPU_SECONDS,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self._known: dict[str, tuple[FileFacts, bytes]] = {}
        self._apart: Collection[str] = ()
        self._source = source
        self._macros = macros
        self._store = store
        self._jobs = jobs
        self._extractor = extractor
        self._cpu_seconds = cpu_seconds
        self._progress = progress
        self._key = cache_key(macros.digest)
        self._tree = os.path.realpath(source.name)
        # Hashing here what workers will read anyway is of use only where it may be known by content.
        self._warm = store is not None and store.holds(self._key)

    def sharing(self, known: dict[str, tuple[FileFacts, bytes]], apart: Collection[str]) -> Self:
        """This loader, which takes facts, and their content ids, from ``known``, and adds what it loads.

        The files of ``apart`` are not as other loaders see them.
        """
        self._known, self._apart = known, apart
        return self

    def load(self, paths: Iterable[str]) -> Loaded:
        """The facts of ``paths``; what cannot be had is among ``skipped``."""
        state = _State()
        with no_collection():
            recorded_ns = time.time_ns()
            self._stamp(self._unknown(sorted(set(paths)), state), state)
            self._identify(state)
            self._fetch(state)
            missing = [path for path in state.stamps if path not in state.facts]
            if missing:
                self._extract(missing, state)
            self._record(state, recorded_ns)
        found = {path: (facts, state.contents[path]) for path, facts in state.facts.items()}
        self._known.update((path, pair) for path, pair in found.items() if path not in self._apart)
        return Loaded(
            facts=dict(sorted(state.facts.items())),
            contents={path: state.contents[path] for path in sorted(state.facts)},
            skipped=tuple(sorted(state.skipped, key=lambda skipped: (skipped.file, skipped.line))),
            read=len(state.read),
            extracted=state.extracted,
        )

    # -- what is known -------------------------------------------------------------------------

    def _unknown(self, paths: Sequence[str], state: _State) -> Iterator[str]:
        """Take what the run has loaded before; gives the other paths."""
        for path in paths:
            known = self._known.get(path) if path not in self._apart else None
            if known is None:
                yield path
            else:
                state.facts[path], state.contents[path] = known

    def _stamp(self, paths: Iterable[str], state: _State) -> None:
        for path in paths:
            try:
                _check_name(path)
                stamp = self._source.stamp(path)
                _check_size(path, stamp)
            except InputError as error:
                state.skipped.append(_skipped(path, error))
            else:
                state.stamps[path] = stamp

    def _identify(self, state: _State) -> None:
        """Find the content ids of files, by blob id, by stamp, or by reading and hashing."""
        on_disk: dict[str, Stamp] = {}
        for path, stamp in state.stamps.items():
            if isinstance(stamp, str):
                state.contents[path] = bytes.fromhex(stamp)
            else:
                on_disk[path] = stamp
        if self._store is None:
            return
        state.contents |= self._store.contents(self._tree, on_disk)
        if not self._warm:
            return
        for path in on_disk.keys() - state.contents.keys():
            try:
                state.contents[path] = content_id(self._source.read(path))
                state.read.add(path)
            except InputError as error:
                state.skipped.append(_skipped(path, error))
                del state.stamps[path]

    def _fetch(self, state: _State) -> None:
        if self._store is None:
            return
        wanted = {path: content for path, content in state.contents.items() if path not in state.facts}
        packed = self._store.get(self._key, set(wanted.values()))
        for path, content in wanted.items():
            data = packed.get(content)
            if data is not None:
                try:
                    state.facts[path] = decode(data)
                except msgspec.DecodeError:
                    continue  # written by a defective version: as good as missing

    def _record(self, state: _State, recorded_ns: int) -> None:
        """Keep the stamps of files that were read.  They are older than the bytes: a file that was
        changed in between has another stamp by now, and is read again next time."""
        if self._store is None:
            return
        files: dict[str, tuple[Stamp, bytes]] = {}
        for path in state.read & state.facts.keys():
            stamp = state.stamps[path]
            if not isinstance(stamp, str):
                files[path] = (stamp, state.contents[path])
        self._store.record(self._tree, files, recorded_ns)

    # -- what is not ---------------------------------------------------------------------------

    def _extract(self, missing: Sequence[str], state: _State) -> None:
        work = partial(extract_unit, self._source.read, self._macros, self._extractor or _extractor())
        kept: dict[bytes, bytes] = {}
        waiting = 0
        with closing(self._answers(missing, state, work)) as answers:
            for path, result in answers:
                if self._progress is not None:
                    self._progress("files", state.extracted, len(missing))
                if not result.content:
                    state.skipped.append(Skipped(path, result.line, result.reason, result.remedy))
                    continue
                if not isinstance(state.stamps[path], str):
                    state.contents[path] = result.content
                state.facts[path] = decode(result.facts)
                state.extracted += 1
                state.read.add(path)
                kept[state.contents[path]] = result.facts
                waiting += len(result.facts)
                if waiting > _STORE_BYTES:
                    self._keep(kept)
                    waiting = 0
        self._keep(kept)

    def _keep(self, kept: dict[bytes, bytes]) -> None:
        if self._store is not None and kept:
            self._store.put(self._key, kept)
        kept.clear()

    def _answers(
        self, missing: Sequence[str], state: _State, work: Callable[[bytes], bytes]
    ) -> Generator[tuple[str, Result], None, None]:
        sizes = {path: _size(state.stamps[path]) for path in missing}
        order = sorted(missing, key=lambda path: (-sizes[path], path))  # the largest first: they end last
        items = self._items(order, state)
        if self._jobs == 0:
            for item in items:
                yield order[item.index], _unpack(work(item.data))
            return
        from kscan.pipeline import pool  # noqa: PLC0415 - most runs find all facts in the cache

        many = len(order) > _MANY_FILES or sum(sizes.values()) > _MANY_BYTES
        chunks = _chunks(items, [sizes[path] for path in order])
        _freeze()  # else a collection in the parent would copy pages shared with the workers
        with closing(
            pool.run(chunks, work, workers=self._jobs if many else 1, cpu_seconds=self._cpu_seconds)
        ) as answers:
            for answer in answers:
                path = order[answer.index]
                yield path, _unpack(answer.data) if answer.data is not None else _lost(answer.reason)

    def _items(self, order: Sequence[str], state: _State) -> Iterator[pool.Item]:
        from kscan.pipeline import pool  # noqa: PLC0415 - see _answers()

        for index, path in enumerate(order):
            data = None
            # Where there is a blob id the bytes lie in memory or behind a git process: not for workers.
            if isinstance(state.stamps[path], str):
                try:
                    data = self._source.read(path)
                except InputError as error:
                    state.skipped.append(_skipped(path, error))
                    continue
            yield pool.Item(index, msgspec.msgpack.encode(Unit(path, data)))


def extract_unit(read: Callable[[str], bytes], macros: Macros, extractor: Extractor, unit: bytes) -> bytes:
    """The packed Result of a packed Unit.  Raises nothing: whatever a file does, only it is lost."""
    wanted = _UNIT.decode(unit)
    try:
        data = read(wanted.path) if wanted.data is None else wanted.data
        _check_bytes(wanted.path, data)
        result = Result(content_id(data), encode(extractor(data, macros)))
    except InputError as error:
        result = Result(b"", b"", error.reason, error.remedy, error.line)
    except RecursionError:
        result = _lost("is nested too deeply")
    except MemoryError:
        from kscan.pipeline import pool  # noqa: PLC0415 - see _answers()

        result = _lost(f"needs more than {pool.MEMORY_LIMIT >> 20} MB of memory")
    except Exception as error:  # noqa: BLE001 - a defect of ours in one file must not end the scan of all
        result = _lost(f"internal error: {_describe(error)}")
    return msgspec.msgpack.encode(result)


_UNIT = msgspec.msgpack.Decoder(Unit)
_RESULT = msgspec.msgpack.Decoder(Result)
_unpack = _RESULT.decode


def _lost(reason: str) -> Result:
    return Result(b"", b"", reason, "please report it; the other files are not affected")


def _describe(error: Exception) -> str:
    import traceback  # noqa: PLC0415 - it takes its time, and is hardly ever needed

    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {text} in {Path(frame.filename).name}:{frame.lineno}"


def _skipped(path: str, error: InputError) -> Skipped:
    return Skipped(path, error.line, error.reason, error.remedy)


def sizes_of(source: Source, paths: Iterable[str]) -> dict[str, int]:
    """The sizes of files in bytes; a guess where a source does not tell, 0 where a file cannot be had."""
    sizes = {}
    for path in paths:
        try:
            sizes[path] = _size(source.stamp(path))
        except InputError:
            sizes[path] = 0
    return sizes


def _size(stamp: Stamp | str) -> int:
    return _UNKNOWN_SIZE if isinstance(stamp, str) else stamp[0]


def _check_name(path: str) -> None:
    if not is_utf8(path):
        raise InputError(path, "its name is not UTF-8", "rename it")


def _check_size(path: str, stamp: Stamp | str) -> None:
    if _size(stamp) > LARGEST:
        raise _too_large(path, _size(stamp))


def _check_bytes(path: str, data: bytes) -> None:
    if len(data) > LARGEST:
        raise _too_large(path, len(data))
    if b"\0" in data[:_BINARY_PREFIX]:
        raise InputError(path, "is a binary file", "give C source")


def _too_large(path: str, size: int) -> InputError:
    return InputError(
        path, f"has {size >> 20} MB, more than the {LARGEST >> 20} MB kscan reads", "leave it out"
    )


def _chunks(items: Iterable[pool.Item], sizes: Sequence[int]) -> Iterator[list[pool.Item]]:
    chunk: list[pool.Item] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += sizes[item.index]
        if size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@contextmanager
def no_collection() -> Iterator[None]:
    """Facts are many objects without a cycle: collecting while they are made takes most of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        _freeze()  # nor are they to be looked at by later collections
        if enabled:
            gc.enable()


@cache
def _freeze() -> None:
    """Leave what there is now to no later collection; once, as what is frozen is never freed.

    One patch after the other would else add its program to what the process holds.
    """
    gc.freeze()


def _extractor() -> Extractor:
    # Not at the top: a run that finds everything in the cache needs no parser.
    from kscan.facts.extract import extract  # noqa: PLC0415

    return extract
