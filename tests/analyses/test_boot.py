"""Which functions run only while the kernel starts."""

from __future__ import annotations

import pytest

from kscan.analyses.summaries.boot import Boot
from tests.linked import func, link, model

HELPER = "static int __init helper(void)\n{\n\treturn g();\n}\n"
INIT = "static int __init start(void)\n{\n\treturn helper();\n}\n"
EXIT = "static void __exit stop(void)\n{\n}\nmodule_exit(stop);\n"


def runs_only_then(source: str, name: str = "helper") -> bool:
    program = link({"drivers/x/x.c": source})
    return Boot(program, model().entrypoints).runs_only_then(func(program, name))


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (HELPER + INIT + "arch_initcall(start);\n", True),
        (HELPER + INIT + "module_init(start);\n", False),
        (HELPER + INIT + "arch_initcall(start);\n" + EXIT, False),
        (HELPER.replace("static ", ""), True),  # whoever calls it
        (HELPER.replace("static ", "").replace("__init ", ""), False),
        (HELPER.replace("static ", "") + EXIT, False),
        (HELPER + "struct ops o = { .setup = helper };\n", True),  # of a table that goes with it
        (HELPER + "struct ops o = { .setup = helper };\nmodule_platform_driver(o);\n", False),
        (HELPER.replace("__init ", "") + "struct ops o = { .setup = helper };\n", False),
    ],
)
def test_what_runs_only_at_boot(source: str, answer: bool) -> None:
    assert runs_only_then(source) is answer
