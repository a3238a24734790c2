"""A rule's Markdown document, and the index of all rules that is made from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kscan.regex import regex
from kscan.rules.corpus import CITATION
from kscan.rules.schema import Rule

HEADINGS = (
    "What it finds",
    "Why it matters",
    "Example",
    "How it decides",
    "False positives",
    "Misses",
    "Confidence",
    "How to fix or mute",
    "References",
)
"""The sections of every document, in this order."""

_CITED = 2  # commits a document cites at least: a hazard seen once is no rule yet
_COMMIT = regex(r"\bcommit\s+[0-9a-f]{7,40}\b")

_INDEX_HEAD = """\
# Rules

Made by `kscan rules index --write` from the rules below; do not edit.
`kscan rules explain ID` shows a rule's document.
"""


def document_problems(rule_id: str, text: str) -> Iterator[tuple[int, str]]:
    """Line and sentence for all that a document lacks."""
    lines = text.split("\n")
    if lines[0] != f"# {rule_id}":
        yield 1, f"The first line must be `# {rule_id}`."
    yield from _heading_problems(lines)
    yield from _citation_problems(text)


def make_index(rules: Iterable[Rule]) -> str:
    """The text of ``rules/README.md``."""
    parts = [_INDEX_HEAD]
    category = ""
    for rule in sorted(rules, key=lambda r: (r.category, r.id)):
        if rule.category != category:
            category = rule.category
            parts.append(f"\n## {category}\n\n| rule | finds | class | severity | confidence | status |\n")
            parts.append("| --- | --- | --- | --- | --- | --- |\n")
        parts.append(_row(rule))
    return "".join(parts)


def _row(rule: Rule) -> str:
    name = f"[{rule.id}]({rule.category}/{rule.id}.md)"
    cells = (name, rule.title.replace("|", "\\|"), rule.hazard, rule.severity, rule.confidence, rule.status)
    return f"| {' | '.join(cells)} |\n"


def _heading_problems(lines: list[str]) -> Iterator[tuple[int, str]]:
    found = list(_headings(lines))
    wanted = iter(HEADINGS)
    expected: str | None = next(wanted)
    for number, (line, title) in enumerate(found):
        if title != expected:
            want = f"`## {expected}`" if expected else "the end"
            yield line, f"Here {want} must stand, not `## {title}`; the headings are {', '.join(HEADINGS)}."
            return
        end = found[number + 1][0] - 1 if number + 1 < len(found) else len(lines)
        if not "".join(lines[line:end]).strip():
            yield line, f"The section `{title}` is empty."
        expected = next(wanted, None)
    if expected:
        yield len(lines), f"The section `## {expected}` is missing."


def _headings(lines: list[str]) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif line.startswith("## ") and not fenced:
            yield number, line[3:].strip()


def _citation_problems(text: str) -> Iterator[tuple[int, str]]:
    good = {m.start() for m in CITATION.finditer(text)}
    for match in _COMMIT.finditer(text):
        if match.start() not in good:
            line = text.count("\n", 0, match.start()) + 1
            yield line, f'`{" ".join(match[0].split())}` must be cited as `commit <12 hex> ("subject")`.'
    if len(good) < _CITED:
        yield 1, f"At least {_CITED} commits of the kernel must be cited, with the hazard the rule is about."
