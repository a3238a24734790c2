"""Whether a function fails or succeeds once control was at a place."""

from __future__ import annotations

import pytest

from kscan.analyses.body import outcome
from kscan.analyses.body.cfg import Place, calls
from kscan.analyses.body.outcome import outcomes, sign_of, walk
from kscan.facts.model import Assign, Body, Call, Event
from tests.linked import body

FAILS, SUCCEEDS, UNKNOWN = True, False, None


def ends(statements: str, callee: str, fails: bool | None = None, stops: str = "") -> set[bool | None]:
    """How a function may end after its call of ``callee``, which fails or succeeds as given."""
    found = body(f"int f(struct s *p, int n)\n{{\n\tint rc = 0;\n\tchar *q;\n{statements}\n}}\n")
    place, call = _call(found, callee)

    def stop(event: Event) -> bool:
        return isinstance(event, Call) and event.callee == stops

    known = frozenset() if fails is None else frozenset({(call.result, fails)})
    return set(outcomes(found, place, known, stop, {"PTR_ERR": "err_of", "IS_ERR": "is_err"}))


def _call(body: Body, callee: str) -> tuple[Place, Call]:
    (found,) = [(place, call) for place, call in calls(body) if call.callee == callee]
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", SUCCEEDS),
        ("NULL", SUCCEEDS),
        ("false", SUCCEEDS),
        ("true", FAILS),
        ("-ENOMEM", FAILS),
        ("-1", FAILS),
        ("3", FAILS),
        ("rc", FAILS),
        ("err", SUCCEEDS),
        ("other", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_sign_of(value: str, expected: bool | None) -> None:
    assert sign_of(value, frozenset({("rc", True), ("err", False)})) is expected


GOTO = """
	rc = one(p);
	if (rc)
		goto out;
	two(p);
	rc = three(p);
	if (rc < 0)
		goto undo;
	return 0;
undo:
	rollback(p);
out:
	last(p);
	return rc;
"""


@pytest.mark.parametrize(
    ("statements", "callee", "expected"),
    [
        (GOTO, "one", {FAILS, SUCCEEDS}),
        (GOTO, "two", {FAILS, SUCCEEDS}),
        (GOTO, "rollback", {FAILS}),
        (GOTO, "last", {FAILS}),
        ("if (n) { one(p); return -EINVAL; } return 0;", "one", {FAILS}),
        ("if (n) { rc = -EINVAL; one(p); } return rc;", "one", {FAILS}),
        ("one(p); if (n) return -EINVAL; return 0;", "one", {FAILS, SUCCEEDS}),
        ("one(p); return two(p);", "one", {UNKNOWN}),
        ("one(p); return n;", "one", {UNKNOWN}),
        ("if (n) return n; one(p); return n;", "one", {SUCCEEDS}),
        ("if (n < 0) { one(p); return n; } return 0;", "one", {FAILS}),
        ("if (n >= 0) { one(p); return n; } return 0;", "one", {SUCCEEDS}),
        ("if (n > 0) return 0; one(p); return n;", "one", {UNKNOWN}),
        ("q = two(p); if (IS_ERR(q)) { one(p); return PTR_ERR(q); } return 0;", "one", {FAILS}),
        ("rc = two(p); while (n--) one(p); return rc;", "one", {UNKNOWN}),
        ("rc = -EIO; fill(&rc); one(p); return rc;", "one", {UNKNOWN}),
        ("rc = -EIO; rc |= n; one(p); return rc;", "one", {UNKNOWN}),
    ],
)
def test_outcomes(statements: str, callee: str, expected: set[bool | None]) -> None:
    assert ends(statements, callee) == expected


@pytest.mark.parametrize(
    ("fails", "expected"), [(True, {FAILS}), (False, {FAILS, SUCCEEDS}), (None, {FAILS, SUCCEEDS})]
)
def test_outcomes_of_a_call_that_is_known_to_fail_or_succeed(
    fails: bool | None, expected: set[bool | None]
) -> None:
    assert ends(GOTO, "one", fails) == expected


def test_an_error_that_is_swallowed_is_a_success() -> None:
    assert ends("if (one(p)) two(p); return 0;", "one", FAILS) == {SUCCEEDS}


def test_an_error_that_is_made_another_is_a_failure() -> None:
    assert ends("if (one(p)) return -EIO; return 0;", "one", FAILS) == {FAILS}


def test_paths_that_stop_are_left_out() -> None:
    assert ends("one(p); if (n) { two(p); return -EIO; } return 0;", "one", stops="two") == {SUCCEEDS}
    assert ends("one(p); two(p); return 0;", "one", stops="two") == set()


def test_what_does_not_return_has_no_outcome() -> None:
    assert ends("one(p); BUG(); return 0;", "one") == set()


def test_too_many_states_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "_MOST_STATES", 2)
    assert ends(GOTO, "one") == {UNKNOWN}


def test_walk_visits_events_with_what_is_known_before_them() -> None:
    found = body("int f(struct s *p) { int rc = one(p); if (rc) two(p); else three(p); return rc; }")
    seen: dict[str, bool | None] = {}

    def visit(place: Place, event: Event | None, signs: outcome.Signs) -> bool:
        if isinstance(event, Call):
            seen[event.callee] = dict(signs).get("rc")
        return True

    assert walk(found, Place(0, 0), frozenset(), {"rc"}, visit)
    assert seen == {"one": None, "two": True, "three": False}


def test_walk_ends_a_path_where_the_visitor_says_so() -> None:
    found = body("int f(struct s *p) { one(p); two(p); three(p); return 0; }")
    seen = []

    def visit(place: Place, event: Event | None, signs: outcome.Signs) -> bool:
        assert event is None or isinstance(event, (Call, Assign))
        seen.append(event.callee if isinstance(event, Call) else "")
        return seen[-1] != "two"

    assert walk(found, Place(0, 0), frozenset(), (), visit)
    assert seen == ["one", "two"]
