"""What a teardown frees while a work in it may still run."""

from __future__ import annotations

from kscan.analyses.releases.forgotten import Forgetting
from kscan.analyses.releases.teardown import Teardown
from kscan.analyses.summaries.fields import Fields
from kscan.link.program import Program
from tests.linked import facts_of, link, model

DRIVER = """
struct example { struct work_struct work; };
static void example_work(struct work_struct *work) { }
void example_event(struct example *e) { schedule_work(&e->work); }
static int example_probe(struct device *dev)
{
	struct example *e = kzalloc(4, GFP_KERNEL);

	INIT_WORK(&e->work, example_work);
	return keep(dev, e);
}
static int example_remove(struct device *dev)
{
	struct example *e = kept(dev);

	free_line(e);
	kfree(e);
	return 0;
}
static struct driver example = { .probe = example_probe, .remove = example_remove };
"""
CORE = "void free_line(void *e)\n{\n\tcancel_work_sync(e);\n}\n"


def pending(program: Program) -> list[str]:
    apis = model().apis
    fields = program.shared(Fields, apis, model().lifecycle)
    teardown = program.shared(Teardown, apis, program.shared(Forgetting, apis, fields))
    pairs = teardown.pairs({"probe": ("remove",)}, {})
    found = teardown.pending(pairs, (), ("INIT_WORK",), ("schedule_work",), ("cancel_work_sync",))
    return [f"{p.struct}.{p.field}" for p in found]


def test_what_rules_load_does_not_stop_a_work() -> None:
    program = link({"drivers/a.c": DRIVER})
    program.seal()
    program.add({"kernel/core.c": facts_of(CORE)})
    assert pending(program) == ["struct example.work"]


def test_what_is_there_from_the_start_does() -> None:
    assert pending(link({"drivers/a.c": DRIVER, "kernel/core.c": CORE})) == []
