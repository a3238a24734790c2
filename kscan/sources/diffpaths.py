"""File names as the headers of diffs spell them."""

from __future__ import annotations

import re

from kscan.regex import regex

_TIMESTAMP = regex(r"[\t\u00a0].*| +\d{4}-\d\d-\d\d .*| +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} .*")
_EPOCH = regex(r"[\t ](?:1970-01-01|1969-12-31) \d\d:\d\d:00(?:\.0+)? [-+]\d{4}\s*$")
_ESCAPE = regex(r"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_GIT_PREFIXES = frozenset("abciow")  # a/ b/, and those of diff.mnemonicPrefix
_LONGEST = 4200  # a path (PATH_MAX) and what stands behind it; longer ones name nothing
_TOP = frozenset(
    "|".join(
        (
            "Documentation|LICENSES|arch|block|certs|crypto|drivers|fs|include|init|io_uring|ipc|kernel|lib|mm",
            "net|rust|samples|scripts|security|sound|tools|usr|virt",
            "COPYING|CREDITS|Kbuild|Kconfig|MAINTAINERS|Makefile|README",
        )
    ).split("|")
)


def plain_name(text: str) -> str | None:
    """The path after ``---`` or ``+++``, without time stamp and quotes; None for /dev/null."""
    text = text.strip("\r\n")
    if text.startswith('"') and '"' in text[1:]:
        return unquote(text[1 : text.rindex('"')])
    if len(text) <= _LONGEST:
        text = _TIMESTAMP.sub("", text).strip()
    return None if text == "/dev/null" else text


def is_epoch(text: str) -> bool:
    """Whether ``---`` or ``+++`` bears the time stamp that ``diff -N`` gives to a file that is not there."""
    return len(text) <= _LONGEST and _EPOCH.search(text) is not None


def unquote(text: str) -> str:
    """A path that git wrote in C quotes, given without them."""

    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code, 8)) if len(code) == 3 else _ESCAPES.get(code, code)

    if "\\" not in text:
        return text
    raw = _ESCAPE.sub(one, text)
    try:
        return raw.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return raw


def git_names(rest: str) -> tuple[str | None, str | None]:
    """The two paths of a ``diff --git`` line; None, None when they cannot be told apart."""
    rest = rest.strip()
    if rest.startswith('"') or rest.endswith('"'):
        return _quoted_names(rest)
    if rest.count(" ") == 1:
        old, _, new = rest.partition(" ")
        return old, new
    # Names with spaces: both are the same but for the first component.
    first = rest.find("/") if len(rest) <= 2 * _LONGEST else -1
    at = rest.find(" ", first + 1)
    while first >= 0 and at >= 0 and (slash := rest.find("/", at)) >= 0:
        if rest[first:at] == rest[slash:] != "/":
            return rest[:at], rest[at + 1 :]
        at = rest.find(" ", at + 1)
    return None, None


def _quoted_names(rest: str) -> tuple[str | None, str | None]:
    names = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', rest)
    if len(names) != 2:
        return None, None
    old, new = (unquote(quoted) if quoted else bare for quoted, bare in names)
    return old, new


def strip_prefixes(old: str | None, new: str | None, *, git: bool) -> tuple[str | None, str | None]:
    """Paths relative to the top of a kernel tree, for -p1, -p0 and quilt's ``linux.orig/`` alike."""
    if old is not None and new is not None and not git:
        old_first, _, old_rest = old.partition("/")
        new_first, _, new_rest = new.partition("/")
        if old_first != new_first and old_rest == new_rest != "":
            return old_rest, new_rest
    return _strip(old), _strip(new)


def _strip(path: str | None) -> str | None:
    if path is None:
        return None
    first, slash, rest = path.partition("/")
    if not slash or first in _TOP:
        return path
    if first in _GIT_PREFIXES:
        return rest
    if rest.partition("/")[0] in _TOP and first not in ("", "..", "."):
        return rest
    return path
