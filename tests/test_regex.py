"""Patterns that are compiled when first used."""

import re

import pytest

from kscan.regex import regex


def test_used_as_a_pattern() -> None:
    words = regex(r"\w+")
    assert words.findall("a bc") == ["a", "bc"]
    assert words.sub("-", "a bc") == "- -"
    assert [m[0] for m in words.finditer("a bc")] == ["a", "bc"]
    assert regex(rb"A", re.IGNORECASE).search(b"xa") is not None
    assert (words.pattern, words.groups) == (r"\w+", 0)


def test_compiled_once_and_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    compile_ = re.compile

    def counting(source: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(source)
        return compile_(source, flags)

    monkeypatch.setattr(re, "compile", counting)
    digits = regex(r"\d+")
    assert compiled == []
    for text in ("1", "22", "x"):
        digits.match(text)
    assert compiled == [r"\d+"]
    with pytest.raises(re.error):
        regex("(").match("")
