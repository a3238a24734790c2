"""``kscan graph`` on a small kernel: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kscan import cli

FILES = {
    "drivers/pci/core.c": """
int __weak pcibios_hook(int x) { return 0; }
int core(int x) { return pcibios_hook(x); }
static int twice(void) { return 0; }
int use(void) { return twice(); }
""",
    "drivers/pci/other.c": "static int twice(void) { return 1; }\nint more(void) { return twice(); }\n",
    "arch/powerpc/kernel/pci.c": """
struct ops { int (*setup)(int x); };
static int leaf(int x) { return x; }
static struct ops table = { .setup = leaf };
int pcibios_hook(int x) { struct ops *o = &table; return o->setup(x); }
""",
}


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    for name, text in {**FILES, "Makefile": "", "Kbuild": "", "include/linux/a.h": ""}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def run(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            cli.main(["graph", *args, "--tree", str(tmp_path), "--no-cache", "-j", "1"])
        out, err = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, out, err

    return run


def test_path(run: Any) -> None:
    _status, out, _err = run("path", "core", "leaf")
    assert out.splitlines() == [
        "core at drivers/pci/core.c:3",
        "  -> pcibios_hook [weak→strong] from drivers/pci/core.c:3 at arch/powerpc/kernel/pci.c:5",
        "  -> leaf [ops struct ops.setup] from arch/powerpc/kernel/pci.c:5 at arch/powerpc/kernel/pci.c:3",
    ]
    status, out, err = run("path", "leaf", "core")
    assert (status, out) == (1, "")
    assert "no path" in err
    status, out, _err = run("path", "core", "leaf", "--kind", "direct", "--format", "json")
    assert (status, json.loads(out)["paths"]) == (1, [])


def test_callers_and_callees(run: Any) -> None:
    _status, out, _err = run("callers", "leaf")
    assert out.splitlines() == [
        "arch/powerpc/kernel/pci.c:5: pcibios_hook -> leaf [ops struct ops.setup]"
        " at arch/powerpc/kernel/pci.c:3",
        "arch/powerpc/kernel/pci.c:4: entry point leaf [ops struct ops.setup]",
    ]
    (edge,) = json.loads(run("callees", "core", "--format", "json")[1])["edges"]
    assert (edge["callee"], edge["kind"], edge["line"]) == ("pcibios_hook", "weak→strong", 3)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("callers", "lief"), "did you mean leaf?"),
        (("callers", "twice"), "drivers/pci/core.c:twice, drivers/pci/other.c:twice"),
        (("path", "core", "leaf", "--kind", "magic"), "there is no such kind of edge"),
    ],
)
def test_errors_are_one_line(run: Any, args: tuple[str, ...], said: str) -> None:
    status, out, err = run(*args)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_file_tells_functions_apart(run: Any) -> None:
    assert "more -> twice" in run("callers", "other.c:twice")[1]


def test_export(run: Any) -> None:
    rows = json.loads(run("export")[1])
    assert ["drivers/pci/core.c", "core", 3, 3] in rows["functions"]
    assert ["drivers/pci/core.c", "core", "pcibios_hook", "direct"] in rows["edges"]
    assert ["arch/powerpc/kernel/pci.c", "pcibios_hook", "leaf", "indirect"] in rows["edges"]
    assert rows["ops"] == [["struct ops", "table", "setup", "leaf"]]
    assert [r[0] for r in json.loads(run("export", "drivers/pci/other.c")[1])["functions"]] == [
        "drivers/pci/other.c"
    ] * 2
