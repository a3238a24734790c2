"""``kscan rules``: what kscan looks for, and whether its rules are in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from kscan.cli._options import complete_rules, rules_dir_option
from kscan.config import corpus_dir
from kscan.config import rules_dir as shipped_rules
from kscan.errors import InputError, did_you_mean
from kscan.findings.plain import plain, plain_lines

if TYPE_CHECKING:
    from kscan.rules.schema import Rule

_format = click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.group()
def command() -> None:
    """List, explain and check the rules."""


@command.command("list")
@_format
@rules_dir_option
def _list(format: str, rules_dir: Path | None) -> int:  # noqa: A002 - the option's name
    """List the rules."""
    rules = _load(rules_dir)
    if format == "json":
        click.echo(json.dumps([_brief(r) for r in rules], indent=1))
        return 0
    width = max((len(r.id) for r in rules), default=0)
    for rule in rules:
        click.echo(plain(f"{rule.id:<{width}}  {rule.status:<10}  {rule.severity:<7}  {rule.title}"))
    return 0


@command.command("explain")
@click.argument("rule_id", metavar="ID", shell_complete=complete_rules)
@_format
@rules_dir_option
def _explain(rule_id: str, format: str, rules_dir: Path | None) -> int:  # noqa: A002
    """Print what a rule finds, why it matters, how it decides and how sure it is."""
    rule = _named(rule_id, _load(rules_dir))
    info = rule.info()
    if format == "json":
        click.echo(json.dumps(_brief(rule) | {"document": info.document}, indent=1))
        return 0
    click.echo(plain(f"{rule.id} ({rule.status}): {rule.title}"))
    click.echo(f"class {rule.hazard}, severity {rule.severity}, confidence {rule.confidence}\n")
    click.echo(plain_lines(info.document.rstrip("\n")))
    return 0


@command.command("check")
@rules_dir_option
def _check(rules_dir: Path | None) -> int:
    """Check rules, documents, corpus and index; exit status 1 where something is wrong."""
    from kscan.kernel.load import load_model  # noqa: PLC0415 - needed here only
    from kscan.rules.check import check_rules  # noqa: PLC0415

    root = rules_dir or shipped_rules()
    rules, problems = check_rules(root, corpus_dir(root), load_model(root / "kernel"))
    for problem in problems:
        click.echo(plain(str(problem)))
    click.echo(f"{len(rules)} rules, {len(problems)} problems", err=True)
    return int(bool(problems))


@command.command("index")
@click.option("--write", is_flag=True, help="Write rules/README.md instead of printing it.")
@rules_dir_option
def _index(write: bool, rules_dir: Path | None) -> int:
    """Print the index of all rules."""
    from kscan.rules.document import make_index  # noqa: PLC0415

    text = make_index(_load(rules_dir))
    if write:
        (rules_dir or shipped_rules()).joinpath("README.md").write_text(text, "utf-8")
    else:
        click.echo(text, nl=False)
    return 0


def _load(rules_dir: Path | None) -> tuple[Rule, ...]:
    from kscan.rules.load import load_rules  # noqa: PLC0415 - YAML is slow to import

    return load_rules(rules_dir or shipped_rules())


def _named(rule_id: str, rules: tuple[Rule, ...]) -> Rule:
    for rule in rules:
        if rule.id == rule_id:
            return rule
    remedy = did_you_mean(rule_id, [r.id for r in rules], "`kscan rules list` shows them")
    raise InputError(rule_id, "there is no such rule", remedy)


def _brief(rule: Rule) -> dict[str, object]:
    names = ("id", "title", "category", "status", "severity", "confidence", "references")
    return {"class": rule.hazard} | {n: msgspec.to_builtins(getattr(rule, n)) for n in names}
