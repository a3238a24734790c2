from __future__ import annotations

import msgspec

from kscan.findings.compare import compare
from kscan.findings.fingerprint import fingerprint
from kscan.findings.model import Finding


def finding(line: int, statement: str, file: str = "a.c") -> Finding:
    return Finding(
        rule="r",
        hazard="double-free",
        severity="error",
        confidence="high",
        file=file,
        line=line,
        column=1,
        end_line=line,
        end_column=9,
        function="f",
        message=f"about {statement}",
        steps=(),
        conditions=(),
        fingerprint=fingerprint("r", file, "f", statement),
    )


def states(findings: tuple[Finding, ...]) -> list[tuple[str, int, str]]:
    return [(f.file, f.line, f.status) for f in findings]


def test_introduced_fixed_and_carried_at_the_place_after_the_patch() -> None:
    before = [finding(3, "gone"), finding(5, "stays")]
    after = [finding(8, "stays"), finding(9, "new")]
    assert states(compare(before, after)) == [
        ("a.c", 3, "fixed"),
        ("a.c", 8, "carried"),
        ("a.c", 9, "introduced"),
    ]


def test_nothing_on_either_side() -> None:
    assert compare([], []) == ()
    assert states(compare([], [finding(1, "x")])) == [("a.c", 1, "introduced")]
    assert states(compare([finding(1, "x")], [])) == [("a.c", 1, "fixed")]


def test_a_renamed_file_carries_its_findings() -> None:
    before = [finding(3, "stays", "old.c"), finding(4, "gone", "old.c"), finding(9, "stays", "other.c")]
    after = [finding(3, "stays", "new.c"), finding(9, "stays", "other.c")]
    assert states(compare(before, after, {"old.c": "new.c"})) == [
        ("new.c", 3, "carried"),
        ("old.c", 4, "fixed"),
        ("other.c", 9, "carried"),
    ]
    assert states(compare(before[:1], after[:1])) == [("new.c", 3, "introduced"), ("old.c", 3, "fixed")]


def test_equal_claims_in_a_renamed_file_are_paired_one_to_one() -> None:
    before = [finding(3, "same", "old.c"), finding(4, "same", "old.c")]
    after = [finding(3, "same", "new.c")]
    assert states(compare(before, after, {"old.c": "new.c"})) == [
        ("new.c", 3, "carried"),
        ("old.c", 4, "fixed"),
    ]


def test_another_call_behind_the_same_claim_on_the_same_line_is_carried() -> None:
    def leak(call: str, text: str, what: str = "p") -> Finding:
        message = f"the memory from {call}() in {what} is not freed at the exit on line 9: nothing frees it"
        return msgspec.structs.replace(finding(9, call), message=message, line_text=text)

    def statuses(old: Finding, new: Finding) -> list[str]:
        return sorted(f.status for f in compare([old], [new]))

    before = leak("kzalloc", "\treturn ret;")
    assert statuses(before, leak("kcalloc", "\t\treturn ret;")) == ["carried"]
    assert statuses(before, leak("kcalloc", "\treturn -EIO;")) == ["fixed", "introduced"]
    assert statuses(before, leak("kcalloc", "\treturn ret;", "q")) == ["fixed", "introduced"]
    assert statuses(before, leak("kcalloc", "")) == ["fixed", "introduced"]
    # Decided at the call itself: another call is another claim.
    same = "\tp = kzalloc(n) + kcalloc(n);"
    assert statuses(leak("kzalloc", same), leak("kcalloc", same)) == ["fixed", "introduced"]
