"""The triage file: what it takes, what it hides, and what is told of entries of no use."""

from __future__ import annotations

import datetime

import msgspec
import pytest

from kscan.errors import InputError
from kscan.findings.model import Finding, Suppression
from kscan.findings.triage import Entry, apply, dump, notices, parse

TODAY = datetime.date(2026, 5, 1)
FINDING = Finding("r", "ordering", "error", "high", "d/a.c", 1, 1, 1, 2, "f", "m", (), (), "ab")
ENTRY = Entry("ab", "r", "d/a.c", "false-positive", 'a "reason" \x7f\\ \u00e9', "who", TODAY)


def test_what_is_written_is_read_back() -> None:
    bare = Entry("cd", "r", "a.c", "known", "why")
    assert parse((dump(ENTRY) + "\n" + dump(bare)).encode(), "t") == (ENTRY, bare)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("finding = 1", "array"),
        ('[[finding]]\nfingerprint = "ab"', "missing required field `rule`"),
        (dump(ENTRY).replace("who", "whom"), "unknown field `whom`"),
        (dump(ENTRY).replace("false-positive", "maybe"), "'maybe'"),
        ("[[finding", "array"),
        ("\udcff", ""),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(InputError, match=r"t: is no triage file") as caught:
        parse(text.encode("utf-8", "surrogateescape"), "t")
    assert said in str(caught.value)


def test_a_decision_holds_up_to_its_day() -> None:
    (hidden,) = apply([FINDING], [ENTRY], TODAY)
    assert hidden.suppression == Suppression("triage", f"false-positive: {ENTRY.reason} (who)")
    (counted,) = apply([FINDING], [ENTRY], TODAY + datetime.timedelta(days=1))
    assert counted.suppression is None


def test_a_comment_comes_first() -> None:
    commented = msgspec.structs.replace(FINDING, suppression=Suppression("comment", ""))
    assert apply([commented], [ENTRY], TODAY) == (commented,)


@pytest.mark.parametrize(
    ("paths", "rules", "day", "told"),
    [
        (("d",), ("r",), TODAY, ["hides nothing"]),
        (("d/a.c",), ("r",), TODAY, ["hides nothing"]),
        (("",), ("r",), TODAY, ["hides nothing"]),
        (("d/a",), ("r",), TODAY, []),
        ((), ("r",), TODAY, []),
        (("d",), ("s",), TODAY, []),
        ((), (), TODAY + datetime.timedelta(days=1), ["has ended on 2026-05-01"]),
    ],
)
def test_entries_of_no_use(
    paths: tuple[str, ...], rules: tuple[str, ...], day: datetime.date, told: list[str]
) -> None:
    said = notices([], [ENTRY], name="t", paths=paths, rules=rules, today=day)
    assert [n.message.partition(") ")[2] for n in said] == told
    assert not notices([FINDING], [ENTRY], name="t", paths=paths, rules=rules, today=TODAY)


def test_an_entry_whose_finding_a_change_fixes_is_of_no_use() -> None:
    fixed, carried = (msgspec.structs.replace(FINDING, status=s) for s in ("fixed", "carried"))
    for found, told in (((fixed,), 1), ((carried,), 0), ((carried, fixed), 1), ((fixed, carried), 0)):
        assert len(notices(found, [ENTRY], name="t", paths=(), rules=("r",), today=TODAY)) == told
