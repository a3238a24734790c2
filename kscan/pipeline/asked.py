"""Questions about the call graph: answered by the graph that was kept, where nothing has changed since.

A graph is kept with the stamps of all it was made of, so that the next question needs no linking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from kscan.config import Config
from kscan.errors import InputError
from kscan.facts.store import FactsStore, cache_key
from kscan.kernel.lifecycle import Lifecycle
from kscan.link.kept import Kept, KeptGraph, keep
from kscan.link.names import KINDS, names_of
from kscan.link.queries import Graph
from kscan.pipeline.buildfiles import BuildFiles
from kscan.pipeline.results import Manifest
from kscan.pipeline.setup import Setup, arch_of, scope_of
from kscan.sources import Source

_MANY = 1500
"""A question that needs the edges of more functions is worth keeping those of all."""


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A graph, and the stamps of the Makefiles and Kconfig files that were read for it."""

    stamps: Mapping[str, str]
    kept: Kept


@contextmanager
def asked_graph(
    config: Config, store: FactsStore | None, *, whole: bool, names: Sequence[str] = ()
) -> Iterator[Graph]:
    """The graph of a run's paths: the one that was kept, if nothing changed since, else linked anew.

    ``whole`` says that all edges are asked for; then the graph is kept, as it is where the question took
    many of them.  Of ``names`` the functions are wanted with their bodies: where what is kept lacks one, they
    are looked for in the tree.
    """
    with Setup(config, store) as setup:
        paths = scope_of(setup)
        arch = arch_of(setup, paths)
        build = BuildFiles(setup.source)
        manifest = Manifest(setup, setup.source, paths, arch) if store is not None else None
        key = cache_key("graph-9", manifest.key.hex()) if manifest is not None else b""
        kept = _recalled(store, key, build) if store is not None else None
        if kept is not None:
            known = KeptGraph(kept)
            if all(any(func.path for func in known.find(name)) for name in names):
                yield known
                return
        from kscan.pipeline.linked import link_graph  # noqa: PLC0415 - what is kept needs none of it

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
