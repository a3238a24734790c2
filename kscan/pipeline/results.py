"""Results of whole runs, kept by everything they depend on: the same question is answered at once.

The key is a manifest of the files that were, or could have been, looked at (paths with
size, time and inode, or blob id), the rules, the kernel model and kscan's own code.  A
result is not kept where a file changed so lately that its stamp may not tell.
"""

from __future__ import annotations

import posixpath
import time
from collections.abc import Sequence

import msgspec

from kscan.facts.store import cache_key
from kscan.findings.model import Coverage, Finding
from kscan.pipeline.setup import Setup, code_stamp
from kscan.sources import Source
from kscan.sources.paths import is_c_file

_RACY_NS = 2_000_000_000


class Result(msgspec.Struct, frozen=True):
    """The findings in some paths of a source, and what was looked at for them."""

    coverage: Coverage
    findings: tuple[Finding, ...]


class Manifest:
    """What the result of analysing ``paths`` of a source depends on."""

    def __init__(self, setup: Setup, source: Source, paths: Sequence[str], arch: str) -> None:
        around = [folder for group in setup.context.folders(arch) for folder in group]
        around += [posixpath.dirname(path) for path in paths if is_c_file(path) and "/" in path]
        stamps = source.stamps((*paths, *(folder for folder in around if source.exists(folder))))
        self._latest = max((stamp[1] for stamp in stamps.values() if not isinstance(stamp, str)), default=0)
        import json  # noqa: PLC0415 - a patch's result is not kept

        self.key = cache_key(
            "result",
            json.dumps(stamps, sort_keys=True),  # names need not be UTF-8
            repr((tuple(paths), arch)),
            setup.knowledge,
            repr((setup.config.rules, setup.config.preview, setup.config.areas)),
            code_stamp(),
        )

    @property
    def settled(self) -> bool:
        """Whether every file has been left alone long enough for its stamp to tell."""
        return time.time_ns() - self._latest > _RACY_NS


def recall(setup: Setup, manifest: Manifest) -> Result | None:
    """The result kept for this manifest, if there is one."""
    packed = setup.store.get_derived(manifest.key) if setup.store is not None else None
    if packed is None:
        return None
    try:
        return msgspec.msgpack.decode(packed, type=Result)
    except msgspec.DecodeError:
        return None


def remember(setup: Setup, manifest: Manifest, result: Result) -> None:
    """Keep a result, where it is complete and surely that of the manifest."""
    if setup.store is not None and manifest.settled and result.coverage.complete:
        setup.store.put_derived(manifest.key, msgspec.msgpack.encode(result))
