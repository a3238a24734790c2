"""What a change does to the call graph: edges of the state after it, and of the state before it."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Sequence

from kscan.errors import InputError
from kscan.link.compare import Difference, compare
from kscan.pipeline.buildfiles import BuildFiles
from kscan.pipeline.linked import link_graph
from kscan.pipeline.patch import repository_of
from kscan.pipeline.revisions import state_after
from kscan.pipeline.setup import Setup, arch_of
from kscan.sources import Source
from kscan.sources.apply import apply_patch
from kscan.sources.changes import Changes
from kscan.sources.gitrev import GitRev
from kscan.sources.inbox import read_inputs
from kscan.sources.paths import is_c_file
from kscan.sources.series import Unreadable


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
