"""Analyses in forked processes, which start from all that is loaded and made by now.

What a process loads further stays in it; it gives back its answer and what the cache had to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any, TypeVar

import msgspec

from kscan.errors import InputError
from kscan.pipeline.setup import Setup

T = TypeVar("T")
_MOST = 8  # processes: each has a program of its own, of some 100 MB


def in_order(
    setup: Setup, works: Sequence[Callable[[], T]], kind: Any, follows: Sequence[bool]
) -> Iterator[T]:
    """What each of ``works``, of which ``kind`` msgspec can pack, gives: by several processes.

    ``follows`` says which of them gain from what the one before has left in its process.
    """
    from kscan.pipeline import pool  # noqa: PLC0415 - one patch needs one process

    given: dict[int, T] = {}
    work = partial(_pack, setup, works)
    workers = min(setup.config.jobs, len(works), _MOST)
    chunks: list[list[pool.Item]] = []
    for number, joins in enumerate(follows):
        if not (joins and chunks and len(chunks[-1]) < len(works) // workers):
            chunks.append([])
        chunks[-1].append(pool.Item(number, b"%d" % number))
    with closing(pool.run(chunks, work, workers=workers, cpu_seconds=0)) as answers:
        due = 0
        for answer in answers:
            given[answer.index] = _unpack(setup, answer.data, works[answer.index], kind)
            while due in given:
                yield given.pop(due)
                due += 1


def _pack(setup: Setup, works: Sequence[Callable[[], object]], number: bytes) -> bytes:
    setup.move()
    found = works[int(number)]()
    notes = setup.store.notes if setup.store is not None else ()
    return msgspec.msgpack.encode((found, [note.args for note in notes]))


def _unpack(setup: Setup, packed: bytes | None, work: Callable[[], T], kind: Any) -> T:
    """What a process gave.  Where it came to grief, ``work`` is done here, so that its errors are raised."""
    if packed is None:
        return work()
    found, notes = msgspec.msgpack.decode(packed, type=tuple[kind, list[tuple[str, str, str, int]]])
    if setup.store is not None:
        setup.store.notes += (InputError(*note) for note in notes)
    return found  # type: ignore[no-any-return]
