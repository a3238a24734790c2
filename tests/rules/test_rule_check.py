from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kscan.rules.check import check_rules
from kscan.rules.document import HEADINGS, make_index
from kscan.rules.load import load_rules
from kscan.rules.matchers import Matcher

Make = Callable[..., Path]
Find = Callable[[str], Matcher]
MODEL: Any = frozenset({"free"})


@pytest.fixture
def checked(make_rule: Make, matcher_of: Find, tmp_path: Path) -> Callable[[], list[str]]:
    """A rule in perfect order, and a function that says what is wrong with it."""
    make_rule()
    corpus = tmp_path / "corpus" / "released-twice"
    corpus.mkdir(parents=True)
    for number in range(3):
        (corpus / f"bad_{number}.c").write_text("// path: a.c\nf(); // expect: released-twice\n")
        (corpus / f"good_{number}.c").write_text("// path: a.c\nf();\n")
    root = tmp_path / "rules"
    (root / "README.md").write_text(make_index(load_rules(root, matcher_of)))

    def check(model: Any = MODEL) -> list[str]:
        problems = check_rules(root, tmp_path / "corpus", model, matcher_of)[1]
        return [str(p).replace(f"{tmp_path}/", "") for p in problems]

    return check


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_rule_in_order(checked: Callable[[], list[str]]) -> None:
    assert checked() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("# released-twice", "# Released twice", ":1: The first line must be `# released-twice`."),
        ("## Misses", "## Missed", ":38: Here `## Misses` must stand, not `## Missed`"),
        ("## References", "### References", ":65: The section `## References` is missing."),
        ("## Example\n", "## Example\n\nx\n\n## Extra\n", ":21: Here `## How it decides` must stand"),
        ("0123456789ab", "01234567", ":5: `commit 01234567` must be cited as"),
        ("## Why", "```\n## no heading\n```\n## Why", ""),
        (
            "## Why",
            "see `bad_2.c` and `good_7`\n\n## Why",
            ":10: There is no case `good_7` in corpus/released-twice.",
        ),
    ],
)
def test_documents(
    checked: Callable[[], list[str]], tmp_path: Path, old: str, new: str, problem: str
) -> None:
    edit(tmp_path / "rules" / "memory" / "released-twice.md", old, new)
    problems = checked()
    assert len(problems) == bool(problem), problems
    assert all(problem in p and p.startswith("rules/memory/released-twice.md:") for p in problems)


def test_a_document_that_cites_nothing(checked: Callable[[], list[str]], tmp_path: Path) -> None:
    document = tmp_path / "rules" / "memory" / "released-twice.md"
    document.write_text("# released-twice\n" + "".join(f"\n## {h}\n\ntext\n" for h in HEADINGS))
    assert ["At least 2 commits" in p for p in checked()] == [True]
    document.unlink()
    assert ["cannot be read" in p for p in checked()] == [True]


@pytest.mark.parametrize(
    ("case", "text", "problem"),
    [
        ("bad_0.c", "// path: a.c\nf();\n", "A bad case has a place where `released-twice` is expected."),
        (
            "good_0.c",
            "// path: a.c\nf(); // expect: released-twice\n",
            "A good case is silent for every rule",
        ),
        ("good_0.c", "// path: a.c\nf(); // expect-fp: released-twice\n", ""),
        (
            "bad_0.c",
            "// path: a.c\nf(); // expect: released-twice // expect: other\n",
            ":2: There is no rule `other`.",
        ),
        (
            "bad_0.c",
            "// path: a.c\nf(); // expects: released-twice\n",
            ":2: `expects: released-twice` is no annot",
        ),
    ],
)
def test_cases(checked: Callable[[], list[str]], tmp_path: Path, case: str, text: str, problem: str) -> None:
    (tmp_path / "corpus" / "released-twice" / case).write_text(text)
    problems = checked()
    assert bool(problems) == bool(problem)
    assert not problem or problem in problems[0]


def test_too_few_cases_and_cases_of_no_rule(checked: Callable[[], list[str]], tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "released-twice" / "good_0.c").unlink()
    (corpus / "no-rule" / "patch_a").mkdir(parents=True)
    assert checked() == [
        "corpus/no-rule/patch_a: There is no rule `no-rule`.",
        "corpus/no-rule/patch_a: A patch case has base, series.mbox, expected.json.",
        "corpus/released-twice: A rule has at least 3 good cases; here are 2.",
    ]


def test_roles_the_model_lacks(checked: Callable[..., list[str]]) -> None:
    assert checked(frozenset()) == ["rules/memory/released-twice.yaml: There is no role `free`."]
    assert checked(None) == []


def test_a_wrong_rule_does_not_hide_the_next(
    checked: Callable[[], list[str]], make_rule: Make, tmp_path: Path
) -> None:
    make_rule(("severity: error\n", ""), id="other")
    make_rule(("class: double-free", "class: x"), id="third")
    problems = checked()
    assert any("other.yaml:1: key `severity`" in p for p in problems)
    assert any("third.yaml:3: key `class`" in p for p in problems)


def test_the_index_is_current(checked: Callable[[], list[str]], tmp_path: Path) -> None:
    edit(tmp_path / "rules" / "README.md", "Something", "Anything")
    assert checked() == [
        "rules/README.md: The index is not that of the rules; `kscan rules index --write` makes it."
    ]
