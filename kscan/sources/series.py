"""Messages to Series: patches that belong together, in order, with what their cover letter says.

Mails come in any order and archives hold far more than fits in memory, so series are put together in a
window: one is given out once it is whole, or as far as it got when too many others have been opened since.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from kscan.sources.mail import (
    Message,
    NoPatch,
    Patch,
    Trailers,
    author_address,
    read_patch,
    read_trailers,
)

_MOST_OPEN = 512
_MOST_IDS = 20_000

_Key = tuple[str, int, int]  # root message id (or author), version, total


class Series(msgspec.Struct, frozen=True):
    """Patches of one version of a series, in order; a single patch is a series of one.

    ``missing`` are the numbers not found in the input.  ``cover`` is the cover letter, when there is one.
    """

    name: str
    version: int
    total: int
    patches: tuple[Patch, ...]
    cover: Message | None = None
    trailers: Trailers = msgspec.field(default_factory=Trailers)
    missing: tuple[int, ...] = ()
    source: str = ""


class Unreadable(msgspec.Struct, frozen=True):
    """An input, or a mail of it, that should have held a patch and holds none that can be read.

    ``harmless``: it is a cover letter, which need not hold one.
    """

    source: str
    reason: str
    message_id: str = ""
    subject: str = ""
    remedy: str = ""
    harmless: bool = False


class _Open(msgspec.Struct):
    """A series being put together."""

    author: str
    root: str
    patches: dict[int, Patch] = msgspec.field(default_factory=dict)
    cover: Message | None = None
    cover_patch: Patch | None = None

    def whole(self, total: int) -> bool:
        if len(self.patches) < total:
            return False
        # A thread that starts with something unseen has a cover letter still to come.
        ids = {patch.message_id for patch in self.patches.values()}
        return self.cover is not None or not self.root or self.root in ids


class Grouping:
    """Messages, taken one by one, put together to series.

    ``replies`` and ``scissors`` are as for ``read_patch``.  ``taken`` counts the messages that held a
    patch, or should have.
    """

    def __init__(self, *, replies: bool = False, scissors: bool = False) -> None:
        self._replies = replies
        self._scissors = scissors
        self._window = _Window()
        self.taken = 0

    def take(self, message: Message | Unreadable) -> Iterator[Series | Unreadable]:
        """What is whole, or known not to be readable, with ``message``."""
        if isinstance(message, Unreadable):
            self.taken += 1
            yield message
            return
        if self._window.seen(message.message_id):
            self.taken += 1
            return
        read = read_patch(message, replies=self._replies, scissors=self._scissors)
        subject = message.subject
        self.taken += isinstance(read, Patch)
        if isinstance(read, Patch) and (subject.is_reply or not subject.is_patch):
            yield _single(read)
        elif isinstance(read, Patch) or read.reason == "cover letter":
            yield from self._window.add(message, read)
        elif subject.is_patch and read.reason != "reply":
            self.taken += 1
            yield Unreadable(message.source, read.reason, message.message_id, subject.title)

    def close(self) -> Iterator[Series | Unreadable]:
        """What is left, as far as it got."""
        yield from self._window.flush(0)


def _single(patch: Patch) -> Series:
    return Series(
        patch.name, patch.subject.version, 1, (patch,), trailers=patch.trailers, source=patch.source
    )


class _Window:
    """The series that are still open."""

    def __init__(self) -> None:
        self._open: OrderedDict[_Key, _Open] = OrderedDict()
        self._ids: OrderedDict[str, None] = OrderedDict()

    def seen(self, message_id: str) -> bool:
        """Whether a mail of this id came before: archives hold some twice."""
        if not message_id:
            return False
        if message_id in self._ids:
            return True
        self._ids[message_id] = None
        if len(self._ids) > _MOST_IDS:
            self._ids.popitem(last=False)
        return False

    def add(self, message: Message, read: Patch | NoPatch) -> Iterator[Series | Unreadable]:
        subject = message.subject
        key = self._key(message)
        if isinstance(read, Patch) and subject.number and subject.total == 1 and key not in self._open:
            yield _single(read)
            return
        held = self._open.get(key)
        if held is not None and subject.number in held.patches:
            yield from _closed(key, self._open.pop(key))  # sent again
            held = None
        if held is None:
            held = self._open[key] = _Open(author_address(message.author), message.root)
        if subject.number == 0:
            held.cover = message
            held.cover_patch = read if isinstance(read, Patch) else None
        elif isinstance(read, Patch):
            held.patches[subject.number] = read
        if held.whole(key[2]):
            yield from _closed(key, self._open.pop(key))
        yield from self.flush(_MOST_OPEN)

    def flush(self, keep: int) -> Iterator[Series | Unreadable]:
        while len(self._open) > keep:
            key, held = self._open.popitem(last=False)
            yield from _closed(key, held)

    def _key(self, message: Message) -> _Key:
        subject = message.subject
        key = (message.root, subject.version, subject.total)
        if key in self._open or message.references or message.in_reply_to:
            return key
        # Not threaded: the open series of the same author that lacks this number.
        author = author_address(message.author)
        for other, held in self._open.items():
            if other[1:] == key[1:] and held.author == author and subject.number not in held.patches:
                return other
        return key


def _closed(key: _Key, held: _Open) -> Iterator[Series | Unreadable]:
    _, version, total = key
    patches = tuple(held.patches[number] for number in sorted(held.patches))
    if not patches and held.cover_patch is not None:
        # A lone mail numbered 0 that carries a diff is a patch, whatever it calls itself.
        yield _single(held.cover_patch)
        return
    if not patches:
        return
    trailers = patches[0].trailers
    if held.cover is not None:
        trailers = _joined(read_trailers(held.cover.text), trailers)
    missing = tuple(number for number in range(1, total + 1) if number not in held.patches)
    name = held.cover.subject.title if held.cover is not None else patches[0].name
    yield Series(name, version, total, patches, held.cover, trailers, missing, patches[0].source)


def _joined(cover: Trailers, first: Trailers) -> Trailers:
    return Trailers(
        cover.base_commit or first.base_commit,
        cover.change_id or first.change_id,
        cover.prerequisites or first.prerequisites,
    )
