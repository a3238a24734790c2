"""Order and conditions in one CFG."""

from __future__ import annotations

import pytest

from kscan.analyses.body import cfg
from kscan.facts.model import Block, Body
from tests.linked import block_of, body

UNWINDING = """
int f(struct s *p)
{
	int rc;

	rc = one(p);
	if (rc)
		goto out;
	for (int i = 0; i < 3; i++)
		two(p);
	while (!ready(p)) {
		if (three(p))
			break;
	}
	four(p);
	return 0;
out:
	five(p);
	return rc;
}
"""


def place(body: Body, callee: str) -> cfg.Place:
    (found,) = [place for place, call in cfg.calls(body) if call.callee == callee]
    return found


def texts(body: Body, callee: str) -> list[str]:
    """The conditions of a call as C text."""
    found = cfg.conditions(body, block_of(body, callee))
    return [cfg.describe(body.blocks[c.block], c.holds) for c in found]


def test_events_come_with_their_places() -> None:
    found = body("int f(int *p) { int x = one(p); two(x); return x; }")
    assert [(where.block, where.index) for where, _ in cfg.events(found)] == [(0, 0), (0, 1), (0, 2)]
    assert [(where.index, call.callee) for where, call in cfg.calls(found)] == [(0, "one"), (2, "two")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("one", "two", True),
        ("two", "one", False),
        ("one", "five", True),
        ("four", "five", False),
        ("two", "two", True),  # a loop
        ("four", "four", False),
        ("three", "ready", True),
        ("ready", "two", False),
    ],
)
def test_comes_after(first: str, second: str, expected: bool) -> None:
    found = body(UNWINDING)
    assert cfg.comes_after(found, place(found, first), place(found, second)) is expected


def test_comes_after_within_a_block() -> None:
    found = body("void f(void) { one(); two(); }")
    assert cfg.comes_after(found, place(found, "one"), place(found, "two"))
    assert not cfg.comes_after(found, place(found, "two"), place(found, "one"))


@pytest.mark.parametrize(
    ("callee", "expected"),
    [
        ("one", []),
        ("five", ["rc"]),
        ("two", ["!rc", "i < 3"]),
        ("four", ["!rc"]),  # neither loop's end is a condition
    ],
)
def test_conditions(callee: str, expected: list[str]) -> None:
    assert texts(body(UNWINDING), callee) == expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("p", "p"),
        ("!p", "!p"),
        ("p == NULL", "!p"),
        ("NULL != p", "p"),
        ("n == 3", "n == 3"),
        ("n < 0", "n < 0"),
        ("n >= m", "n >= m"),
        ("p && n", "p"),
        ("unlikely(!p)", "!p"),
    ],
)
def test_condition_of_the_side_that_holds(test: str, expected: str) -> None:
    found = texts(body(f"void f(char *p, int n, int m) {{ if ({test}) one(); }}"), "one")
    assert found[0] == expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [("p", "!p"), ("!p", "p"), ("n == 3", "n != 3"), ("n < 0", "n >= 0"), ("n <= m", "n > m")],
)
def test_condition_of_the_side_that_does_not_hold(test: str, expected: str) -> None:
    assert texts(body(f"void f(char *p, int n, int m) {{ if ({test}) return; one(); }}"), "one") == [expected]


def test_both_halves_of_a_conjunction_are_conditions() -> None:
    assert texts(body("void f(int a, int b) { if (a && b) one(); }"), "one") == ["a", "b"]
    assert texts(body("void f(int a, int b) { if (a || b) one(); }"), "one") == []


def test_a_branch_that_goes_one_way_only_is_no_condition() -> None:
    found = body("void f(int a) { if (a) ; one(); }")
    assert texts(found, "one") == []


@pytest.mark.parametrize(("holds", "expected"), [(True, "#if CONFIG_ON"), (False, "#if !(CONFIG_ON)")])
def test_a_branch_on_the_configuration(holds: bool, expected: str) -> None:
    assert cfg.describe(Block((), "branch", 1, (1, 2), "#CONFIG_ON", "config"), holds) == expected


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("#ifdef CONFIG_ON", "#if CONFIG_ON"),
        ("#ifndef CONFIG_ON /* never */", "#if !CONFIG_ON"),
        ("# if defined(CONFIG_ON)", "#if CONFIG_ON"),
        ("#if IS_ENABLED(CONFIG_ON) && LIMIT > 2", "#if CONFIG_ON && LIMIT > 2"),
        ("#if defined(ONE) || \\\n\tdefined(TWO)", "#if ONE || TWO"),
    ],
)
def test_code_under_the_preprocessor_is_under_a_condition(directive: str, expected: str) -> None:
    found = body(f"void f(void)\n{{\n{directive}\n\tone();\n#else\n\tother();\n#endif\n\ttwo();\n}}\n")
    assert texts(found, "one") == [expected]
    assert texts(found, "other") == [f"#if !({expected[4:]})"]
    assert texts(found, "two") == []
