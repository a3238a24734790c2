"""Which rules a run uses."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kscan.errors import InputError, did_you_mean
from kscan.rules.schema import Rule

ALL = "all"


def select_rules(
    rules: Sequence[Rule], names: Sequence[str] = (), *, preview: bool = False
) -> tuple[Rule, ...]:
    """The rules that ``names`` ask for: by id, category or class, ``all`` for every one.

    A rule named by its id is used whatever its status.  Otherwise, and where there are no
    names, stable rules are used, and with ``preview`` also those that are not stable yet.
    Raises InputError for a name that is none of these.
    """
    for name in names:
        _require_known(name, rules)
    wanted = set(names)
    return tuple(r for r in rules if _is_chosen(r, wanted, preview=preview))


def is_named(rule: Rule, names: Collection[str]) -> bool:
    """Whether one of ``names`` is the rule's id, category or class, or ``all``."""
    return any(name in names for name in (rule.id, rule.category, rule.hazard, ALL))


def _is_chosen(rule: Rule, wanted: set[str], *, preview: bool) -> bool:
    if rule.id in wanted or ALL in wanted:
        return True
    if wanted and not wanted & {rule.category, rule.hazard}:
        return False
    return rule.status == "stable" or (preview and rule.status == "preview")


def _require_known(name: str, rules: Sequence[Rule]) -> None:
    known = {ALL, *(n for r in rules for n in (r.id, r.category, r.hazard))}
    if name not in known:
        remedy = did_you_mean(name, sorted(known), "`kscan rules list` shows them")
        raise InputError(f"rule {name}", "there is no rule, category or class of that name", remedy)
