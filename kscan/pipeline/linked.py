"""The linked program behind questions about the call graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import msgspec

from kscan.config import Config
from kscan.facts.store import FactsStore, cache_key
from kscan.findings.plain import plain
from kscan.link.built import Built
from kscan.link.callgraph import CallGraph
from kscan.link.doubts import Doubt
from kscan.link.kconfig import Kconfig, read_kconfig
from kscan.pipeline.buildfiles import BuildFiles
from kscan.pipeline.setup import Setup, arch_of, scope_of, view_of
from kscan.pipeline.stages import Linked, link
from kscan.sources import Source


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

    def unread() -> Iterator[Doubt]:
        for left in (*linked.loaded.skipped, *linked.outside.skipped):
            remedy = f" ({left.remedy})" if left.remedy else ""
            yield Doubt(plain(left.file), left.line, f"not linked: {left.reason}{remedy}")

    return CallGraph(linked.program, setup.model.entrypoints, unread), linked


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
