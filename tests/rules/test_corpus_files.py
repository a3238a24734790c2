from __future__ import annotations

from pathlib import Path

import pytest

from kscan.errors import RuleError
from kscan.findings.model import Finding
from kscan.rules.corpus import Annotation, find_cases, judge, read_annotations, read_file

HERE = Path("x.c")


def notes(text: str) -> list[tuple[str, str, str, int]]:
    return [(a.kind, a.rule, a.text, a.line) for a in read_annotations(HERE, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(); // expect: a-b\n", [("expect", "a-b", "", 1)]),
        ("f(); /* expect: a */ g();\n", [("expect", "a", "", 1)]),
        ('\nf(); // expect: a "part of it"\n', [("expect", "a", "part of it", 2)]),
        ("// expect-miss: a\nf();\n", [("expect-miss", "a", "", 2)]),
        ("  /* expect-fp: a */\nf();\n", [("expect-fp", "a", "", 2)]),
        ("// expect: a\n// expect: b\nf();\n", [("expect", "a", "", 3), ("expect", "b", "", 3)]),
        ("// expect: a\n\n// expect: b\nf();\n", [("expect", "a", "", 2), ("expect", "b", "", 4)]),
        ("// expect: a\nf(); // expect: b\n", [("expect", "a", "", 2), ("expect", "b", "", 2)]),
        ("f(); // expect: a // expect-fp: b\n", [("expect", "a", "", 1), ("expect-fp", "b", "", 1)]),
        ('f("// expect: a");\n', []),
        ("f('\"'); // expect: a\n", [("expect", "a", "", 1)]),
        ("#error don't\nf(); // expect: a\n", [("expect", "a", "", 2)]),
        ("/* several\n * lines */ f(); // expect: a\n", [("expect", "a", "", 2)]),
        ("f(); // what to expect: nothing\n", []),
        ("f(); // expect: a", [("expect", "a", "", 1)]),
    ],
)
def test_annotations(text: str, expected: list[tuple[str, str, str, int]]) -> None:
    assert notes(text) == expected


@pytest.mark.parametrize("text", ["// expects: a\n", "// expect a\n", "// expect: A\n", "// expect-mis: a\n"])
def test_a_misspelt_annotation_is_an_error(text: str) -> None:
    with pytest.raises(RuleError, match="is no annotation") as error:
        notes("\n" + text)
    assert error.value.line == 2


def test_header(tmp_path: Path) -> None:
    file = tmp_path / "bad_a.c"
    file.write_text('// path: arch/x86/a.c\n// models: commit 0123456789ab ("a: b")\n// arch: x86\nint a;\n')
    read = read_file(file)
    assert (read.path, read.models, read.arch) == ("arch/x86/a.c", 'commit 0123456789ab ("a: b")', "x86")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("int a;\n", 1),
        ("\n// path: a.c\n", 1),
        ("// path: /etc/a.c\n", 1),
        ("// path: ../a.c\n", 1),
        ("// path: a.c\n// models: a fix\n", 2),
    ],
)
def test_a_wrong_header_is_an_error(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "bad_a.c"
    file.write_text(text)
    with pytest.raises(RuleError) as error:
        read_file(file)
    assert error.value.line == line


def test_cases(tmp_path: Path) -> None:
    rule = tmp_path / "some-rule"
    for path in ("bad_one.c", "good_two/a.c", "good_two/a.h"):
        file = rule / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"// path: x/{file.name}\n")
    (rule / "patch_three" / "base").mkdir(parents=True)
    (tmp_path / "kernel" / "lib").mkdir(parents=True)
    (tmp_path / "kernel" / "lib" / "a.c").write_text("f(); // expect: some-rule\n")
    cases = {c.name: c for c in find_cases(tmp_path)}
    assert {n: (c.kind, [f.path for f in c.files]) for n, c in cases.items()} == {
        "kernel": ("kernel", ["lib/a.c"]),
        "bad_one": ("bad", ["x/a.c".replace("a.c", "bad_one.c")]),
        "good_two": ("good", ["x/a.c", "x/a.h"]),
        "patch_three": ("patch", []),
    }
    assert cases["kernel"].annotations == (Annotation("expect", "some-rule", "", 1),)
    (rule / "other.c").write_text("// path: a.c\n")
    with pytest.raises(RuleError, match="A case is named"):
        list(find_cases(tmp_path))


def finding(line: int, rule: str = "r", message: str = "m") -> Finding:
    return Finding(rule, "ordering", "error", "high", "a.c", line, 1, line, 2, "f", message, (), (), "00")


@pytest.mark.parametrize(
    ("kind", "text", "findings", "expected"),
    [
        ("expect", "", [finding(1)], ["Reported"]),
        ("expect", "", [], ["Missing"]),
        ("expect", "", [finding(2)], ["Missing", "Noisy"]),
        ("expect", "", [finding(1, "s")], ["Missing", "Noisy"]),
        ("expect", "here", [finding(1, message="it is here")], ["Reported"]),
        ("expect", "here", [finding(1), finding(1, message="here")], ["Reported"]),
        ("expect", "here", [finding(1)], ["Missing"]),
        ("expect-miss", "", [], ["Silent"]),
        ("expect-miss", "", [finding(1)], ["Noisy"]),
        ("expect-fp", "", [finding(1)], ["Reported"]),
        ("expect-fp", "", [], ["Missing"]),
    ],
)
def test_the_oracle_is_exact(kind: str, text: str, findings: list[Finding], expected: list[str]) -> None:
    outcomes = judge([("a.c", Annotation(kind, "r", text, 1))], findings)
    assert [o.kind for o in outcomes] == expected
    assert all(o.good for o in outcomes) == (set(expected) <= {"Reported", "Silent"})


def test_nothing_expected() -> None:
    assert judge([], []) == ()
    assert [str(o) for o in judge([], [finding(3)])] == ["Noisy: a.c:3: r (m)"]
