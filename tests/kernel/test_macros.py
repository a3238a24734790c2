"""The macro table: what is refused, and how it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kscan.errors import RuleError
from kscan.kernel.macros import GENERATED, HAND, expand, load_macros

SHIPPED = Path(__file__).parents[2] / "rules/kernel"


def test_shipped_table() -> None:
    macros = load_macros(SHIPPED)
    assert macros == load_macros(SHIPPED)
    assert len(macros.digest) == 64
    head = macros.head("SYSCALL_DEFINE2")
    assert head is not None
    assert expand(head.name, ("read", "int")) == "__do_sys_read"
    assert macros.head("module_init") is None
    assert not macros.attributes & macros.attribute_calls


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("attributes: [a]", "attributes must be a mapping"),
        ("colour: blue", "unknown key colour"),
        ("attributes: {plain: 3}", "attributes.plain must be a list of texts"),
        ("heads: {'(': {name: x}}", "not a valid pattern"),
        ("heads: {A: {}}", "heads.A.name must be a text"),
        ("tables: {A: {type: t}}", "tables.A.instance must be a text"),
        ("known: {A: 3}", "known must map names to true or false"),
        ("members: {A: [[a]]}", "members.A must be a list of lists of 2 texts"),
        ("groups: {A: x}", "groups.A must be a number"),
        ("a: [", ""),
        ("- 1", "the file must be a mapping"),
    ],
)
def test_bad_data(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / HAND).write_text(text)
    with pytest.raises(RuleError) as caught:
        load_macros(tmp_path)
    assert reason in caught.value.reason
    assert caught.value.what == str(tmp_path / HAND)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="No such file"):
        load_macros(tmp_path)


def test_bad_generated_line(tmp_path: Path) -> None:
    (tmp_path / HAND).write_text("attributes: {plain: [a]}")
    (tmp_path / GENERATED).write_text("[attributes]\n__x\nnot a name\n")
    with pytest.raises(RuleError) as caught:
        load_macros(tmp_path)
    assert caught.value.line == 3


def test_empty_table_and_digest(tmp_path: Path) -> None:
    (tmp_path / HAND).write_text("{}")
    first = load_macros(tmp_path)
    (tmp_path / GENERATED).write_text("[loops]\nwalk\n")
    second = load_macros(tmp_path)
    assert first.digest != second.digest
    assert "walk" in second.loops
