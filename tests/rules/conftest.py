"""A matcher for rules that are made up for a test, and a folder of such rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from kscan.errors import InputError
from kscan.findings.model import Finding
from kscan.rules.document import HEADINGS
from kscan.rules.matchers import Matcher


class Nested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: str
    argument: int = 0


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    release: tuple[Nested, ...]
    strict: bool = False


def _match(*_: Any) -> Iterator[Finding]:
    return iter(())


def _problems(options: Options, model: frozenset[str]) -> Iterator[str]:
    return (f"There is no role `{n.role}`." for n in options.release if n.role not in model)


_MADE_UP = SimpleNamespace(
    Options=Options, HOLES=frozenset({"call", "object"}), match=_match, problems=_problems
)

RULE = """\
id: {id}
title: Something is released twice
class: double-free
category: memory
matcher: made-up
status: stable
severity: error
confidence: high
message: "{{call}}() releases {{object}} again"
options:
  release:
    - role: free
      argument: 1
"""

_SECTION = 'Seen in commit 0123456789ab ("a: fix") and\ncommit 123456789abc\n("b: fix it\ntoo").\n'


@pytest.fixture
def matcher_of() -> Callable[[str], Matcher]:
    def find(name: str) -> Matcher:
        if name != "made-up":
            raise InputError("matcher", f"There is no matcher `{name}`", "the matchers are made-up")
        return cast(Matcher, _MADE_UP)

    return find


@pytest.fixture
def make_rule(tmp_path: Path) -> Callable[..., Path]:
    """Writes a rule with its document; ``changes`` are (old, new) pairs of its text."""

    def make(*changes: tuple[str, str], id: str = "released-twice", folder: str = "memory") -> Path:  # noqa: A002
        text = RULE.format(id=id)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "rules" / folder / f"{id}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        sections = "".join(f"\n## {h}\n\n{_SECTION}" for h in HEADINGS)
        file.with_suffix(".md").write_text(f"# {id}\n{sections}")
        return file

    return make
