"""Load the kernel model: four YAML files, and files of the user, into one frozen value."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from kscan.kernel.apis import Apis, parse_apis
from kscan.kernel.context import Context, parse_context
from kscan.kernel.entrypoints import EntryPoints, parse_entrypoints
from kscan.kernel.lifecycle import Lifecycle, parse_lifecycle

MODEL_VERSION = 4
"""Raise when the meaning of the files changes while their text does not: it is part of the digest."""


class KernelModel(msgspec.Struct, frozen=True):
    """What kscan knows of the kernel beyond the code it reads."""

    apis: Apis
    lifecycle: Lifecycle
    entrypoints: EntryPoints
    context: Context
    digest: str  # changes with any of the files


def load_model(folder: Path, knowledge: Sequence[Path] = ()) -> KernelModel:
    """The kernel model in ``folder`` (rules/kernel), with the roles in the files ``knowledge`` on top, each
    written as apis.yaml is.  RuleError names file, key and line of what is wrong."""
    from kscan.kernel.compose import read  # noqa: PLC0415 - decoding a cached model needs no YAML

    apis, apis_data = read(folder / "apis.yaml")
    lifecycle, lifecycle_data = read(folder / "lifecycle.yaml")
    entrypoints, entrypoints_data = read(folder / "entrypoints.yaml")
    context, context_data = read(folder / "context.yaml")
    digest = hashlib.sha256(b"%d" % MODEL_VERSION)
    for data in (apis_data, lifecycle_data, entrypoints_data, context_data):
        digest.update(b"\0%d\0" % len(data))
        digest.update(data)
    roles = parse_apis(apis)
    for path in knowledge:
        file, data = read(path, may_be_empty=True)  # where nothing certain was learnt
        roles = parse_apis(file, roles)
        digest.update(b"\0%d\0" % len(data))
        digest.update(data)
    return KernelModel(
        apis=roles,
        lifecycle=parse_lifecycle(lifecycle),
        entrypoints=parse_entrypoints(entrypoints),
        context=parse_context(context),
        digest=digest.hexdigest(),
    )
