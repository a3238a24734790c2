"""Paths of one body: what is known on them, and how many are followed."""

from __future__ import annotations

from kscan.analyses.body.cfg import Place
from kscan.analyses.body.known import Facts, Known
from kscan.analyses.body.paths import MOST_OF_BODY, NEGATIVE, ZERO, Node, Paths
from kscan.analyses.owning.ownership import Ownership
from kscan.facts.model import Call, Event
from tests.linked import body, func, link, model


def _exits(text: str, start: Facts, concerns: frozenset[str] | None = None) -> list[tuple[str, Facts]]:
    """The calls on each path, with what is known where it ends."""
    paths = Paths(body(text), model().apis)
    found: list[tuple[str, Facts]] = []

    def visit(_where: Place, event: Event | None, facts: Known, state: str, _node: Node[str]) -> str:
        if event is None:
            found.append((state, facts.told()))
        return f"{state} {event.callee}".strip() if isinstance(event, Call) else state

    assert paths.explore(Place(0, 0), [start], "", visit, concerns=concerns)
    return found


def test_a_known_sign_decides_the_branches_on_it() -> None:
    text = "int f(int err) { if (err < 0) a(); if (err) b(); else c(); return err; }"
    assert [s for s, _ in _exits(text, {"err": NEGATIVE})] == ["a b"]
    assert [s for s, _ in _exits(text, {"err": ZERO})] == ["c"]
    assert sorted(s for s, _ in _exits(text, {})) == ["a b", "b", "c"]


def test_a_store_ends_what_was_known() -> None:
    text = "int f(int err) { err = again(); if (err) b(); return err; }"
    assert sorted(s for s, _ in _exits(text, {"err": ZERO})) == ["again", "again b"]


def test_several_alternatives_are_followed_at_once() -> None:
    paths = Paths(body("int f(int a) { if (a) x(); else y(); return 0; }"), model().apis)
    seen: list[str] = []

    def visit(_where: Place, event: Event | None, _facts: Known, state: bool, _node: Node[bool]) -> bool:
        seen.extend([event.callee] if isinstance(event, Call) else [])
        return state

    assert paths.explore(Place(0, 0), [{"a": ZERO}, {"a": NEGATIVE}], True, visit)
    assert sorted(seen) == ["x", "y"]


def test_events_of_no_concern_are_not_visited_but_take_effect() -> None:
    text = "int f(struct s *p, int err) { err = other(); use(p); if (err) b(p); return err; }"
    assert sorted(s for s, _ in _exits(text, {"err": ZERO}, frozenset({"p"}))) == ["use", "use b"]


def test_copies_and_results_concern() -> None:
    paths = Paths(body("int f(void) { p = a(); q = p; r = b(q); s = c(t); return 0; }"), model().apis)
    names = paths.concerning(["%1"])
    assert {"p", "q", "r"} <= names
    assert not {"s", "t"} & names


def test_only_what_is_asked_for_later_is_kept() -> None:
    paths = Paths(body("int f(int a, int b) { e(); if (a) x(); g(); return b; }"), model().apis)
    found: list[Facts] = []

    def visit(where: Place, _event: Event | None, facts: Known, state: bool, _node: Node[bool]) -> bool:
        found.append(paths.asked_from(where, facts))
        return state

    assert paths.explore(Place(0, 0), [{"a": ZERO, "b": ZERO, "c": ZERO}], True, visit)
    assert found[0] == {"a": ZERO, "b": ZERO}


def test_a_function_with_too_many_paths_is_named() -> None:
    flags = 14
    tests = "".join(f"if (f{n}) a{n} = 1; else a{n} = 0;" for n in range(flags))
    uses = "".join(f"if (a{n}) use{n}();" for n in range(flags))
    text = (
        f"int f(struct device_node *q) {{ struct device_node *p = of_node_get(q); {tests} {uses} return 0; }}"
    )
    program = link(text)
    owner = Ownership(program, model().apis)
    outcomes = map(owner.outcome, owner.acquisitions(func(program, "f"), frozenset({"of_node"})))
    assert [o.complete for o in outcomes] == [False]
    assert list(program.unfinished) == [func(program, "f")]


def test_one_function_has_one_budget() -> None:
    flags = 6
    tests = "".join(f"if (f{n}) a{n} = 1; else a{n} = 0;" for n in range(flags))
    uses = "".join(f"if (a{n}) use{n}();" for n in range(flags))
    called: list[None] = []
    paths = Paths(
        body(f"int f(void) {{ {tests} {uses} return 0; }}"), model().apis, lambda: called.append(None)
    )
    turns = range(MOST_OF_BODY // 100)
    complete = [paths.explore(Place(0, 0), [{}], True, lambda *_: True) for _ in turns]
    assert complete[0]
    assert not complete[-1]
    assert called
    assert paths.states <= MOST_OF_BODY + len(turns)


def test_a_counter_at_zero_is_below_its_bound() -> None:
    text = "int f(int n) { if (n < EXAMPLE_MAX) a(); if (n >= 4) b(); if (n < LEVEL_LOW) c(); return n; }"
    assert sorted(s for s, _ in _exits(text, {"n": ZERO})) == ["a", "a c"]
    assert "b" in [s for s, _ in _exits(text, {})]
