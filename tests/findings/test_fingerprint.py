from __future__ import annotations

import msgspec

from kscan.findings.fingerprint import fingerprint, settle
from kscan.findings.model import Finding


def finding(line: int, *, message: str = "m", statement: str = "kfree(p);", column: int = 1) -> Finding:
    return Finding(
        rule="r",
        hazard="double-free",
        severity="error",
        confidence="high",
        file="a.c",
        line=line,
        column=column,
        end_line=line,
        end_column=9,
        function="f",
        message=message,
        steps=(),
        conditions=(),
        fingerprint=fingerprint("r", "a.c", "f", statement),
    )


def test_layout_does_not_matter_but_everything_else_does() -> None:
    base = fingerprint("r", "a.c", "f", "kfree(p);")
    assert base == fingerprint("r", "a.c", "f", "\tkfree(p);\n")
    others = {
        fingerprint("s", "a.c", "f", "kfree(p);"),
        fingerprint("r", "b.c", "f", "kfree(p);"),
        fingerprint("r", "a.c", "g", "kfree(p);"),
        fingerprint("r", "a.c", "f", "kfree(q);"),
        fingerprint("r", "a.c", "f", "kfree(p);", 1),
    }
    assert len(others | {base}) == 6


def test_a_fingerprint_is_for_ever() -> None:
    # A change of this value makes all baselines and triage lists of users void.
    assert fingerprint("double-free", "drivers/a.c", "f", "kfree(p);") == "f8677ba944df5103"


def test_bytes_that_are_not_utf8() -> None:
    assert fingerprint("r", "a\udcff.c", "f", "x") != fingerprint("r", "a\udcfe.c", "f", "x")


def test_equal_statements_are_numbered_in_the_order_of_the_file() -> None:
    first, second, third = finding(3), finding(5), finding(9)
    settled = settle([third, first, second])
    assert [f.line for f in settled] == [3, 5, 9]
    assert [f.fingerprint for f in settled] == [
        fingerprint("r", "a.c", "f", "kfree(p);", n) for n in range(3)
    ]


def test_numbers_survive_moved_lines() -> None:
    before = settle([finding(3), finding(5)])
    after = settle([finding(13), finding(25)])
    assert [f.fingerprint for f in before] == [f.fingerprint for f in after]


def test_the_same_claim_stands_once_with_its_shorter_way() -> None:
    from kscan.findings.model import Step  # noqa: PLC0415

    way = (Step("a.c", 1, "f", "x"),)
    longer = msgspec.structs.replace(finding(3), steps=way * 2)
    shorter = msgspec.structs.replace(finding(3), steps=way)
    assert settle([longer, shorter]) == settle([shorter, longer]) == (shorter,)
