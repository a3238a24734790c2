"""Who calls and holds which name, from bytes alone, and packed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from kscan.link.crossref import CrossReference, Packed, cross_reference
from kscan.link.outline import FIELD, GLOBAL, STATIC, Site, outline_of

OPS = b"""
struct ops mine = {
	.open = open_it,
	.size = 3,
};

static int
open_it(struct ops *o)
{
	return low(o, helper(1));
}

void __init setup(struct host *host)
{
	host->ops.close = close_it;
	host->shutdown = stop_it;
	register_ops(&mine);
}
"""


def sites(text: bytes) -> dict[str, tuple[int, set[str]]]:
    return {name.decode(): (kind, {c.decode() for c in calls}) for name, kind, calls in outline_of(text)}


def test_outline() -> None:
    assert sites(OPS) == {
        "open_it": (STATIC, {"low", "helper"}),
        "setup": (GLOBAL, {"register_ops"}),
        "open": (FIELD, {"open_it"}),
        "close": (FIELD, {"close_it"}),
        "shutdown": (FIELD, {"stop_it"}),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"int f(void)\n{\n\treturn g();\n}\n", {"f": (GLOBAL, {"g"})}),
        (b"int f(int a,\n\tint b)\n{\n\tg(h(a));\n}\n", {"f": (GLOBAL, {"g", "h"})}),
        (b"#ifdef X\nint f(void)\n{\n}\n#endif\n", {"f": (GLOBAL, set())}),
        (b"EXPORT_SYMBOL(e);\nstatic int f(void)\n{\n\to->run(1);\n}\n", {"f": (STATIC, {"run"})}),
        (b"struct s {\n\tint (*run)(int);\n};\n", {}),
        (b"int f(void);\n", {}),
        (b"", {}),
    ],
)
def test_outline_of_shapes(text: bytes, expected: dict[str, tuple[int, set[str]]]) -> None:
    assert sites(text) == expected


def reference(files: dict[str, bytes], *without: str) -> CrossReference:
    outlines: dict[str, tuple[Site, ...]] = {path: outline_of(data) for path, data in files.items()}
    packed = msgspec.msgpack.encode(cross_reference(outlines))
    return CrossReference(msgspec.msgpack.decode(packed, type=Packed), without)


FILES = {
    "a.c": OPS,
    "b.c": b"void low(void)\n{\n}\nvoid close_it(void)\n{\n\topen_it();\n}\n",
    "c.c": b"static void low(void)\n{\n\tlow();\n}\nvoid top(struct host *h)\n{\n\th->ops.close(h);\n}\n",
}


def test_definitions_and_callers() -> None:
    found = reference(FILES)
    assert list(found.definers("low")) == ["b.c"]
    assert list(found.definers("open_it")) == []  # static
    assert list(found.callers("low")) == [("a.c", "open_it", STATIC), ("c.c", "low", STATIC)]
    assert list(found.callers("close_it")) == [("a.c", "close", FIELD)]
    assert list(found.holders("close")) == ["a.c"]
    assert list(found.holders("low")) == []
    for name in ("", "nobody", "zzz", "l", "lower"):
        assert (list(found.definers(name)), list(found.callers(name))) == ([], [])


def test_values_that_are_no_functions_are_left_out() -> None:
    found = reference(FILES)
    assert list(found.holders("size")) == list(found.holders("shutdown")) == []


def test_what_leads_to_a_name() -> None:
    found = reference(FILES)
    seen = found.marks()
    assert set(found.lead(["low"], seen)) == {"low", "open_it", "open", "close_it", "close", "top"}
    assert found.lead(["open", "nobody"], seen) == []  # as it was named
    assert found.lead(["helper"], seen) == ["helper"]


def test_who_calls_the_one_and_the_other() -> None:
    found = reference(FILES)
    assert list(found.calling(["low", "close"], ["helper"])) == [("a.c", "open_it")]
    assert list(found.calling(["close_it"], ["close_it"])) == []  # a field holds it
    assert list(found.calling(["low"], ["close"])) == list(found.calling(["nobody"], ["low"])) == []
    assert list(reference(FILES, "a.c").calling(["low"], ["helper"])) == []


def test_a_second_question_on_the_same_names_walks_no_more() -> None:
    class Counted(CrossReference):
        walks = 0

        def _sites_calling(self, name: str) -> Sequence[int]:
            Counted.walks += 1
            return super()._sites_calling(name)

    outline = outline_of(b"void f(void)\n{\n\tone();\n\tother();\n}\n")
    first = Counted(cross_reference({"a.c": outline}))
    for table in (first, first.excluding(["b.c"])):  # as for the two sides of a patch
        assert list(table.calling(["one"], ["other", "another"])) == [("a.c", "f")]
        assert list(table.calling(["one"], ["another"])) == []
    assert Counted.walks == 1


def test_files_that_are_out_of_date_do_not_count() -> None:
    found = reference(FILES, "b.c", "elsewhere.c")
    assert list(found.definers("low")) == []
    assert set(found.lead(["low"], found.marks())) == {"low", "open_it", "open"}
    fewer = found.excluding(["a.c"])
    assert list(fewer.callers("low")) == [("c.c", "low", STATIC)]
    assert len(list(found.callers("low"))) == 2


def test_an_empty_one() -> None:
    found = reference({})
    assert list(found.definers("low")) == []
    assert found.lead(["low"], found.marks()) == []
