"""What the subject of a mail says: which patch of which version of which series."""

from __future__ import annotations

import re

import msgspec

from kscan.regex import regex

_REPLY = regex(
    r"\s*(?:re|aw|antw|sv|vs|wg|fwd?|tr|rv|回复|答复|转发|ответ)\s*(?:\[\d+\])?\s*[:\uff1a]\s*", re.IGNORECASE
)
_VERSION = regex(r"(?:(?:rfc|resend)?-?patch-?)?v(\d{1,3})(?:\.\d+)?$", re.IGNORECASE)
_NUMBER = regex(r"(\d{1,4})/(\d{1,4})$")
_WORDS = regex(r"[\s,\[\]]+")
_MOST_SUBJECT = 2000


class Subject(msgspec.Struct, frozen=True):
    """A subject taken apart.  ``number`` is 0 for a cover letter, ``total`` 1 for a single patch."""

    title: str
    version: int = 1
    number: int = 1
    total: int = 1
    tags: tuple[str, ...] = ()  # RFC, RESEND, names of trees: what else stood in brackets
    is_patch: bool = False  # says PATCH or RFC
    is_reply: bool = False


def parse_subject(text: str) -> Subject:
    """The parts of a subject such as ``[RFC PATCH v2 net-next 3/5] title``."""
    rest = " ".join(text[:_MOST_SUBJECT].split())
    is_reply = False
    words: list[str] = []
    while True:
        if match := _REPLY.match(rest):
            is_reply, rest = True, rest[match.end() :]
            continue
        group, rest_after = _bracketed(rest)
        if not group:
            break
        words.extend(word for word in _WORDS.split(group) if word)
        rest = rest_after
    return _from_words(words, rest.strip(), is_reply)


def _bracketed(text: str) -> tuple[str, str]:
    """The group of brackets, maybe nested, that ``text`` starts with, and what follows it."""
    text = text.lstrip()
    if not text.startswith("["):
        return "", text
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return text[1:index] or " ", text[index + 1 :].lstrip()
    return "", text


def _from_words(words: list[str], title: str, is_reply: bool) -> Subject:
    version, number, total = 1, 1, 1
    numbered = is_patch = False
    tags: list[str] = []
    for word in words:
        if match := _NUMBER.match(word):
            if int(match[2]) and int(match[1]) <= int(match[2]):
                number, total, numbered = int(match[1]), int(match[2]), True
        elif match := _VERSION.match(word):
            version = int(match[1])
            is_patch = is_patch or "patch" in word.lower()
        elif "PATCH" in word.upper():
            is_patch = True
        else:
            tags.append(word)
    is_patch = is_patch or numbered or any(tag.upper() == "RFC" for tag in tags)
    return Subject(title, version, number, total, tuple(tags), is_patch, is_reply)
