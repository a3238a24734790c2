"""What is wrong with the rules themselves: rules lint rules.  Answers are sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kscan.errors import RuleError
from kscan.regex import regex
from kscan.rules.corpus import CITATION, Case, find_cases
from kscan.rules.document import document_problems, make_index
from kscan.rules.load import load_rule, rule_files
from kscan.rules.matchers import Matcher, find_matcher, model_problems
from kscan.rules.schema import Rule, read_text

if TYPE_CHECKING:
    from kscan.kernel.load import KernelModel

_CASES = 3  # bad and good ones a rule has at least
_CASE_FILE = regex(r"`((?:bad|good|patch)_\w+)(?:\.c|/)?`")


class Problem(msgspec.Struct, frozen=True):
    """A sentence on a place."""

    file: Path
    sentence: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}" if self.line else f"{self.file}: {self.sentence}"


def check_rules(
    root: Path,
    corpus: Path | None,
    model: KernelModel | None,
    matcher_of: Callable[[str], Matcher] = find_matcher,
) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """The rules below ``root`` that can be used, and all that is wrong with any of them.

    ``corpus`` is None where the tests are not at hand, ``model`` where roles cannot be looked up.
    """
    rules, problems = _load(root, matcher_of)
    problems += _duplicates(rules)
    for rule in rules:
        problems += _documents(rule)
        problems += _references(rule)
        if model is not None:
            matcher = matcher_of(rule.matcher)
            problems += (
                Problem(rule.file, s)
                for s in model_problems(matcher, rule.options_as(matcher.Options), model)
            )
    if corpus is not None:
        problems += check_corpus(corpus, rules)
    problems += _index(root, rules)
    return rules, tuple(problems)


def check_corpus(corpus: Path, rules: Sequence[Rule]) -> list[Problem]:
    """What the corpus lacks for ``rules``."""
    cases, problems = _cases(corpus)
    known = {r.id for r in rules}
    for case in cases:
        problems += _case_problems(case, known)
    for rule in rules:
        problems += _completeness(corpus, rule, [c for c in cases if c.rule == rule.id])
    return problems


def _load(root: Path, matcher_of: Callable[[str], Matcher]) -> tuple[tuple[Rule, ...], list[Problem]]:
    rules, problems = [], []
    for path in rule_files(root):
        try:
            rules.append(load_rule(path, matcher_of))
        except RuleError as error:
            problems.append(_problem(error))
    return tuple(rules), problems


def _problem(error: RuleError) -> Problem:
    return Problem(Path(error.what), error.reason, error.line)


def _duplicates(rules: Iterable[Rule]) -> Iterator[Problem]:
    seen: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in seen:
            yield Problem(rule.file, f"The id `{rule.id}` is already that of {seen[rule.id].file}.")
        seen[rule.id] = rule


def _documents(rule: Rule) -> Iterator[Problem]:
    try:
        text = read_text(rule.document)
    except RuleError as error:
        yield _problem(error)
        return
    for line, sentence in document_problems(rule.id, text):
        yield Problem(rule.document, sentence, line)


def _references(rule: Rule) -> Iterator[Problem]:
    for reference in rule.references:
        if reference.startswith("commit") and not CITATION.fullmatch(reference):
            yield Problem(rule.file, f'`{reference}` must be cited as `commit <12 hex> ("subject")`.')


def _cases(corpus: Path) -> tuple[list[Case], list[Problem]]:
    try:
        return list(find_cases(corpus)), []
    except RuleError as error:
        return [], [_problem(error)]


def _case_problems(case: Case, known: set[str]) -> Iterator[Problem]:
    if case.rule and case.rule not in known:
        yield Problem(case.source, f"There is no rule `{case.rule}`.")
    for file in case.files:
        for note in file.annotations:
            if note.rule not in known:
                yield Problem(file.source, f"There is no rule `{note.rule}`.", note.line)
    own = {a.kind for a in case.annotations if a.rule == case.rule}
    if case.kind == "bad" and not own & {"expect", "expect-miss"}:
        yield Problem(case.source, f"A bad case has a place where `{case.rule}` is expected.")
    if case.kind == "good" and any(a.kind == "expect" for a in case.annotations):
        yield Problem(case.source, "A good case is silent for every rule: nothing is expected in it.")
    if case.kind == "patch":
        missing = [n for n in ("base", "series.mbox", "expected.json") if not (case.source / n).exists()]
        if missing:
            yield Problem(case.source, f"A patch case has {', '.join(missing)}.")


def _completeness(corpus: Path, rule: Rule, cases: list[Case]) -> Iterator[Problem]:
    counts = Counter(c.kind for c in cases)
    for kind in ("bad", "good"):
        if counts[kind] < _CASES:
            where = corpus / rule.id
            yield Problem(where, f"A rule has at least {_CASES} {kind} cases; here are {counts[kind]}.")
    names = {c.name for c in cases}
    text = rule.document.read_text("utf-8", "replace") if rule.document.is_file() else ""
    for match in _CASE_FILE.finditer(text):
        if match[1] not in names:
            line = text.count("\n", 0, match.start()) + 1
            yield Problem(rule.document, f"There is no case `{match[1]}` in {corpus / rule.id}.", line)


def _index(root: Path, rules: Sequence[Rule]) -> Iterator[Problem]:
    index = root / "README.md"
    text = index.read_text("utf-8", "replace") if index.is_file() else ""
    if text != make_index(rules):
        yield Problem(index, "The index is not that of the rules; `kscan rules index --write` makes it.")
