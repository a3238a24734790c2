"""The linked program behind questions about the call graph.

A graph is kept with the stamps of all it was made of, so that the next question needs no linking.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import msgspec

from kscan.config import Config
from kscan.errors import InputError
from kscan.facts.store import FactsStore, cache_key
from kscan.kernel.lifecycle import Lifecycle
from kscan.link.built import Built
from kscan.link.callgraph import CallGraph
from kscan.link.compare import Difference, compare
from kscan.link.kconfig import Kconfig, read_kconfig
from kscan.link.kept import Kept, KeptGraph, keep
from kscan.link.names import KINDS, names_of
from kscan.link.queries import Graph
from kscan.pipeline.patch import repository_of
from kscan.pipeline.results import Manifest
from kscan.pipeline.revisions import state_after
from kscan.pipeline.setup import Setup, arch_of, scope_of, view_of
from kscan.pipeline.stages import Linked, link
from kscan.sources import Source
from kscan.sources.apply import apply_patch
from kscan.sources.changes import Changes
from kscan.sources.gitrev import GitRev
from kscan.sources.inbox import read_inputs
from kscan.sources.paths import is_c_file
from kscan.sources.series import Unreadable

_MANY = 1500
"""A question that needs the edges of more functions is worth keeping those of all."""


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A graph, and the stamps of the Makefiles and Kconfig files that were read for it."""

    stamps: Mapping[str, str]
    kept: Kept


class BuildFiles:
    """Reads a tree's Makefiles and Kconfig files, and remembers which."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stamps: dict[str, str] = {}

    def holds(self, stamps: Mapping[str, str]) -> bool:
        """Whether all files are as they were."""
        return all(self.stamp(path) == stamp for path, stamp in stamps.items())

    def read(self, path: str) -> str | None:
        """The text of a file, None where there is none."""
        self.stamps[path] = self.stamp(path)
        try:
            return self.source.read(path).decode("utf-8", "replace")
        except InputError:
            return None

    def stamp(self, path: str) -> str:
        """What tells that a file is unchanged, or still missing."""
        try:
            return repr(self.source.stamp(path))
        except InputError:
            return ""


@contextmanager
def linked_graph(config: Config, store: FactsStore | None) -> Iterator[tuple[CallGraph, Linked]]:
    """The call graph of a run's paths; headers are read on demand while the context lasts."""
    with Setup(config, store) as setup:
        paths = scope_of(setup)
        yield link_graph(setup, setup.source, paths, arch_of(setup, paths), BuildFiles(setup.source))


def link_graph(
    setup: Setup, source: Source, paths: Sequence[str], arch: str, build: BuildFiles
) -> tuple[CallGraph, Linked]:
    """The call graph of ``paths``, of files that the view builds where there is a choice."""
    view = view_of(setup, arch)
    built = Built(view, build.read, lambda: _kconfig(setup.store, build, arch))
    linked = link(setup, source, tuple(source.paths(paths)), arch, built.leaves_out)
    return CallGraph(linked.program, setup.model.entrypoints), linked


def _kconfig(store: FactsStore | None, build: BuildFiles, arch: str) -> Kconfig:
    """What the Kconfig files say: as it was kept, where none of them has changed."""
    if store is None:
        return read_kconfig(build.read, arch)
    key = cache_key("kconfig-1", build.source.name, arch)
    packed = store.get_derived(key)
    if packed is not None:
        with suppress(msgspec.DecodeError):  # made by other code: as good as missing
            stamps, known = msgspec.msgpack.decode(packed, type=tuple[dict[str, str], Kconfig])
            if build.holds(stamps):
                build.stamps |= stamps
                return known
    reader = BuildFiles(build.source)
    made = read_kconfig(reader.read, arch)
    build.stamps |= reader.stamps
    store.put_derived(key, msgspec.msgpack.encode((reader.stamps, made)))
    return made


@contextmanager
def asked_graph(
    config: Config, store: FactsStore | None, *, whole: bool, anew: bool = False, names: Sequence[str] = ()
) -> Iterator[Graph]:
    """The graph of a run's paths: the one that was kept, if nothing changed since, else linked anew.

    ``whole`` says that all edges are asked for; then the graph is kept, as it is where the question took
    many of them.  ``anew`` wants it linked.  Of ``names`` the functions are wanted with their bodies: where
    what is kept lacks one, they are looked for in the tree.
    """
    with Setup(config, store) as setup:
        paths = scope_of(setup)
        arch = arch_of(setup, paths)
        build = BuildFiles(setup.source)
        manifest = Manifest(setup, setup.source, paths, arch) if store is not None else None
        key = cache_key("graph-7", manifest.key.hex()) if manifest is not None else b""
        kept = _recalled(store, key, build) if store is not None and not anew else None
        if kept is not None:
            known = KeptGraph(kept)
            if all(any(func.path for func in known.find(name)) for name in names):
                yield known
                return
        graph, _linked = link_graph(setup, setup.source, paths, arch, build)

        def remember() -> None:
            if store is not None and manifest is not None and manifest.settled:
                stored = _Stored(build.stamps, keep(graph, graph.every()))
                store.put_derived(key, msgspec.msgpack.encode(stored))
                found = sorted({func.name for func in graph.functions()})
                store.put_derived(_names_key(setup, paths), msgspec.msgpack.encode(found))

        if whole:
            remember()
        yield graph
        if not whole and kept is None and graph.walked > _MANY and not graph.widened:
            remember()


def _recalled(store: FactsStore, key: bytes, build: BuildFiles) -> Kept | None:
    packed = store.get_derived(key)
    if packed is None:
        return None
    try:
        stored = msgspec.msgpack.decode(packed, type=_Stored)
    except msgspec.DecodeError:
        return None  # made by other code: as good as missing
    return stored.kept if build.holds(stored.stamps) else None


def lifecycle(config: Config, store: FactsStore | None) -> Lifecycle:
    """The hooks of the kernel model, and the phases of events."""
    with Setup(config, store) as setup:
        return setup.model.lifecycle


# -- changes ----------------------------------------------------------------------------------


def difference(setup: Setup, change: Changes | str) -> Difference:
    """What a change of a repository, or the patches in a file, do to the edges."""
    if isinstance(change, Changes):
        return _difference(setup, GitRev(change.top, change.before), state_after(change), change.touched)
    before = after = setup.source
    touched: set[str] = set()
    repo = repository_of(setup)
    try:
        for item in read_inputs([change], sys.stdin.buffer):
            if isinstance(item, Unreadable):
                raise InputError(item.source, item.reason, item.remedy)
            for patch in item.patches:
                applied = apply_patch(after, patch, repo)
                if not applied.ok:
                    reason = str(applied.refusals[0]) if applied.refusals else "the tree already holds it"
                    raise InputError(patch.name, f"does not apply: {reason}", "give the tree before it")
                after = applied.overlay
                touched |= {f.path for f in patch.diff.files if is_c_file(f.path)}
                touched |= {f.old_path for f in patch.diff.files if f.old_path and is_c_file(f.old_path)}
    finally:
        if repo is not None:
            repo.close()
    return _difference(setup, before, after, tuple(sorted(touched)))


def _difference(setup: Setup, before: Source, after: Source, touched: Sequence[str]) -> Difference:
    arch = arch_of(setup, touched)
    graphs = []
    for source in (before, after):
        paths = {path for path in setup.context.default_paths if source.exists(path)}
        paths |= {path for path in setup.config.paths if source.exists(path)}
        paths |= {home for path in touched if source.exists(home := posixpath.dirname(path))}
        graphs.append(link_graph(setup, source, sorted(paths), arch, BuildFiles(source))[0])
    return compare(graphs[0], graphs[1], touched)


# -- completion -------------------------------------------------------------------------------


def names_like(config: Config, store: FactsStore | None, prefix: str) -> tuple[str, ...]:
    """The functions whose names begin so: those of the graph last kept, else what the texts define."""
    with Setup(config, store) as setup:
        paths = scope_of(setup)
        packed = store.get_derived(_names_key(setup, paths)) if store is not None else None
        names = msgspec.msgpack.decode(packed, type=list[str]) if packed is not None else None
        if names is None:
            names = sorted(_heads(setup.source, paths))
            if store is not None:
                store.put_derived(_names_key(setup, paths), msgspec.msgpack.encode(names))
    return tuple(name for name in names if name.startswith(prefix))


def _heads(source: Source, paths: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for path in source.paths(paths):
        if path.endswith(".c"):
            try:
                found.update(names_of(source.read(path))[KINDS.index("function")])
            except InputError:
                continue  # what cannot be read has no names to offer
    return found


def _names_key(setup: Setup, paths: Sequence[str]) -> bytes:
    return cache_key("graph-names-1", setup.source.name, repr(tuple(paths)), setup.config.arch or "")
