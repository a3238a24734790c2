"""Which files define a name, from packed lines."""

from __future__ import annotations

import msgspec
import pytest

from kscan.link.lookup import Lookup
from kscan.link.nametable import NameTable, name_table

NAMES = {
    "b.h": (("low", "lower"), ("struct low",)),
    "a.h": (("low", "a"), ()),
    "c.h": ((), ("low", "zz")),
}


@pytest.fixture(scope="module")
def table() -> NameTable:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(name_table(NAMES)), type=NameTable)


@pytest.mark.parametrize("path", NAMES)
def test_every_name_is_found(table: NameTable, path: str) -> None:
    for kind, names in enumerate(NAMES[path]):
        for name in names:
            assert path in table.homes(kind, name)


def test_homes_are_sorted_and_of_their_kind(table: NameTable) -> None:
    assert list(table.homes(0, "low")) == ["a.h", "b.h"]
    assert list(table.homes(1, "low")) == ["c.h"]


@pytest.mark.parametrize("name", ["", "lo", "lowe", "lowest", "zz", "struct low", "low\t", "\u20ac"])
def test_what_is_not_there(table: NameTable, name: str) -> None:
    assert list(table.homes(0, name)) == []


def test_an_empty_table() -> None:
    assert list(name_table({}).homes(0, "low")) == []


@pytest.mark.parametrize("step", [1, 8, 4096])
def test_a_lookup_says_what_the_table_does(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr("kscan.link.lookup._STEP", step)
    names = [f"{letter}{number}" for letter in "ab_" for number in range(40)]
    table = name_table({"a.h": (names, names[::3]), "b.h": (names[1::2], ())})
    lookup = Lookup(table)
    for kind in (0, 1, 2):
        for name in (*names, "", "a", "b100", "zz", "a1\t", "\u20ac"):
            assert list(lookup.homes(kind, name)) == list(table.homes(kind, name))
    assert list(Lookup(name_table({})).homes(0, "a1")) == []
