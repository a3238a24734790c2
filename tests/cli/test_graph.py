"""``kscan graph`` on a small kernel: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx
import pytest

from kscan import cli
from kscan.pipeline import asked as questions
from kscan.pipeline import linked

SVG = "{http://www.w3.org/2000/svg}"
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
    "drivers/pci/user.c": """
struct file_operations { int (*open)(int x); };
static int opened(int x) { return core(x); }
const struct file_operations shown = { .open = opened };
static int started(void) { return core(1); }
module_init(started);
#ifdef CONFIG_EXTRA
int extra(void) { return core(2); }
#endif
""",
    "drivers/pci/enable.c": """
int __weak pcibios_sriov_enable(struct pci_dev *dev, u16 num) { return 0; }
int enable(struct pci_dev *dev) { return pcibios_sriov_enable(dev, 1); }
""",
}


ARCH_FILE = "arch/powerpc/kernel/pci.c"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "linux"
    for name, text in {**FILES, "Makefile": "", "Kbuild": "", "include/linux/a.h": ""}.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    return top


@pytest.fixture
def run(tree: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*args: str, cache: Path | None = None) -> tuple[int, str, str]:
        kept = ["--cache", str(cache)] if cache is not None else ["--no-cache"]
        with pytest.raises(SystemExit) as stopped:
            cli.main(["graph", *args, "--tree", str(tree), *kept, "-j", "1"])
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
    assert rows["ops"] == [
        ["struct file_operations", "shown", "open", "opened"],
        ["struct ops", "table", "setup", "leaf"],
    ]
    assert [r[0] for r in json.loads(run("export", "drivers/pci/other.c")[1])["functions"]] == [
        "drivers/pci/other.c"
    ] * 2
    assert run("export", "drivers/pci/core.c", "--format", "dot")[1].startswith("digraph")


# -- the configuration view -------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--config", "--kconfig"])
def test_a_configuration_decides_what_is_compiled(run: Any, tmp_path: Path, option: str) -> None:
    chosen = tmp_path / ".config"
    chosen.write_text("#\n# Linux/powerpc 6.1.0 Kernel Configuration\n#\nCONFIG_EXTRA=y\n")
    assert "extra -> core" in run("callers", "core", option, str(chosen))[1]
    chosen.write_text("# Linux/powerpc 6.1.0 Kernel Configuration\n# CONFIG_EXTRA is not set\nCONFIG_PCI=y\n")
    assert "extra" not in run("callers", "core", option, str(chosen))[1]
    chosen.write_text("# Linux/arm64 6.1.0 Kernel Configuration\nCONFIG_PCI=y\n")
    assert "core -> pcibios_hook [direct]" in run("callees", "core", option, str(chosen))[1]


def test_what_is_no_configuration_is_told(run: Any, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("nothing\n")
    status, out, err = run("callers", "core", "--kconfig", str(tmp_path / "notes"))
    assert (status, out) == (2, "")
    assert "is no kernel configuration" in err


# -- roots and hooks --------------------------------------------------------------------------


def test_roots(run: Any) -> None:
    status, out, _err = run("roots", "leaf", "--ways")
    lines = out.splitlines()
    assert status == 0
    assert len([line for line in lines if not line.startswith(" ")]) == 3
    assert "drivers/pci/user.c:8: extra, 3 hops: nothing linked calls it" in lines
    assert "drivers/pci/user.c:3: opened, 3 hops: ops struct file_operations.open (user space)" in lines
    assert "drivers/pci/user.c:5: started, 3 hops: initcall module_init (module-init)" in lines
    assert "    -> core [direct] from drivers/pci/user.c:3 at drivers/pci/core.c:3" in lines
    (only,) = json.loads(run("roots", "leaf", "--through", "started", "--format", "json")[1])["roots"]
    assert (only["function"], only["hops"], only["entries"][0]["via"]) == ("started", 3, "module_init")
    assert "opened" not in run("roots", "leaf", "--avoid", "opened")[1]


def test_hooks(run: Any) -> None:
    status, out, _err = run("hooks", "sriov")
    assert status == 0
    first, *rest = out.splitlines()
    assert first.startswith("pcibios_sriov_enable: level pci.device, phase use")
    assert rest == [
        "  called by enable from drivers/pci/enable.c:3",
        "  weak default pcibios_sriov_enable at drivers/pci/enable.c:2",
    ]
    (hook,) = json.loads(run("hooks", "sriov", "--format", "json")[1])["hooks"]
    assert hook["implementers"][0]["weak"] is True
    assert run("hooks", "no such hook")[0] == 1


# -- differences ------------------------------------------------------------------------------

WITHOUT_STRONG = f"""\
--- a/{ARCH_FILE}
+++ b/{ARCH_FILE}
@@ -2,5 +2,4 @@
 struct ops {{ int (*setup)(int x); }};
 static int leaf(int x) {{ return x; }}
 static struct ops table = {{ .setup = leaf }};
-int pcibios_hook(int x) {{ struct ops *o = &table; return o->setup(x); }}
 """
EXPOSED = [
    f"- drivers/pci/core.c:3: core -> pcibios_hook [weak→strong] at {ARCH_FILE}:5",
    f"- {ARCH_FILE}:5: pcibios_hook -> leaf [ops struct ops.setup] at {ARCH_FILE}:3",
    "+ drivers/pci/core.c:3: core -> pcibios_hook [direct] at drivers/pci/core.c:2",
]


def test_a_deleted_strong_definition_exposes_the_weak_one(run: Any, tmp_path: Path) -> None:
    patch = tmp_path / "one.patch"
    patch.write_text(WITHOUT_STRONG.rstrip(" "))
    status, out, _err = run("diff", "--patch", str(patch))
    assert status == 0
    assert sorted(out.splitlines()) == sorted(EXPOSED)
    content = json.loads(run("diff", "--patch", str(patch), "--format", "json")[1])
    assert [len(content["lost"]), len(content["gained"])] == [2, 1]
    drawn = run("diff", "--patch", str(patch), "--format", "dot")[1]
    assert '"- weak→strong"' in drawn


def test_two_revisions(run: Any, tree: Path) -> None:
    def git(*args: str) -> None:
        who = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
        subprocess.run(["git", *who, *args], cwd=tree, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    file = tree / ARCH_FILE
    file.write_text(file.read_text().replace("int pcibios_hook", "\n\nint pcibios_other"))
    assert "+ drivers/pci/core.c:3: core -> pcibios_hook [direct]" in run("diff", "HEAD")[1]
    git("commit", "-qam", "two")
    between = run("diff", "HEAD~1", "HEAD")[1].splitlines()
    assert EXPOSED[0] in between
    assert EXPOSED[2] in between
    assert run("diff", "HEAD")[1] == ""
    file.write_text("\n" + file.read_text())
    assert run("diff", "HEAD")[1] == ""  # moved lines are no change


def test_a_patch_that_does_not_apply(run: Any, tmp_path: Path) -> None:
    patch = tmp_path / "one.patch"
    patch.write_text(WITHOUT_STRONG.rstrip(" ").replace("-int pcibios_hook", "-long pcibios_hook"))
    status, out, err = run("diff", "--patch", str(patch))
    assert (status, out) == (2, "")
    assert "does not apply" in err


def test_diff_wants_to_know_what(run: Any) -> None:
    status, _out, err = run("diff")
    assert status == 2
    assert "--patch FILE" in err


# -- formats ----------------------------------------------------------------------------------


def test_a_picture_has_layers_and_tells_kinds_apart_without_colour(run: Any, tmp_path: Path) -> None:
    status, _out, _err = run("path", "core", "leaf", "--format", "svg", "-o", str(tmp_path / "p.svg"))
    assert status == 0
    root = ElementTree.parse(tmp_path / "p.svg").getroot()
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"core", "hook", "architecture"} < set(texts)
    assert "platform" not in texts
    assert {"weak→strong", "ops", "ops.setup", "weak function, overridden"} < set(texts)
    styles = {
        (title.text, path.get("stroke-dasharray"), path.get("marker-end"))
        for path in root.iter(f"{SVG}path")
        for title in path.iter(f"{SVG}title")
    }
    assert len({style[1:] for style in styles}) == len(styles) == 2


def test_graphml_and_dot(run: Any, tmp_path: Path) -> None:
    run("path", "core", "leaf", "--format", "graphml", "-o", str(tmp_path / "g.graphml"))
    read = networkx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    root = ElementTree.parse(tmp_path / "g.graphml").getroot()
    ids = [(element.tag, element.get("id")) for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) >= 10
    kinds = sorted(data["kind"] for _a, _b, data in read.edges(data=True))
    assert kinds == ["ops", "weak→strong"]
    layers = {data["name"]: data["layer"] for _n, data in read.nodes(data=True)}
    assert layers == {"core": "core", "pcibios_hook": "architecture", "leaf": "architecture"}
    assert 'label="architecture"' in run("path", "core", "leaf", "--format", "dot")[1]


NOTIFIED = """
struct notifier_block { int (*notifier_call)(struct notifier_block *nb, unsigned long event, void *data); };
static BLOCKING_NOTIFIER_HEAD(list);
static int noticed(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == BUS_NOTIFY_ADD_DEVICE || event == OTHER)
		return 1;
	return 0;
}
static struct notifier_block block = { .notifier_call = noticed };
int start(void) { return blocking_notifier_chain_register(&list, &block); }
int tell(unsigned long event) { return blocking_notifier_call_chain(&list, event, 0); }
"""


def test_notifier_chains_stand_with_the_hooks(run: Any, tree: Path, tmp_path: Path) -> None:
    (tree / "drivers/pci/chain.c").write_text(NOTIFIED)
    age(tree)
    (tree / "include/linux/notifier.h").write_text("int blocking_notifier_chain_register(void *, void *);\n")
    for cache in (None, tmp_path / "cache", tmp_path / "cache"):
        status, out, _err = run("hooks", "list", cache=cache)
        assert status == 0
        assert out.splitlines() == [
            "notifier chain list",
            "  called by tell from drivers/pci/chain.c:12",
            "  notifies noticed at drivers/pci/chain.c:4 of BUS_NOTIFY_ADD_DEVICE (add-notifier), OTHER",
        ]
    (chain,) = json.loads(run("hooks", "OTHER", "--format", "json")[1])["chains"]
    assert chain["callbacks"][0]["events"] == ["BUS_NOTIFY_ADD_DEVICE", "OTHER"]
    assert "[notifier list: BUS_NOTIFY_ADD_DEVICE, OTHER]" in run("path", "tell", "noticed")[1]
    assert run("hooks", "nothing of that name")[0] == 1


# -- what is kept, and names ------------------------------------------------------------------


def age(tree: Path) -> None:
    """Makes every file an hour old: of younger ones nothing is kept."""
    for path in tree.rglob("*"):
        os.utime(path, (path.stat().st_mtime - 3600,) * 2)


def test_a_kept_graph_answers_the_same_until_a_file_changes(run: Any, tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    asked = [("callers", "leaf"), ("roots", "leaf"), ("path", "core", "leaf"), ("callees", "core")]
    age(tree)
    first = [run(*args) for args in asked]
    assert [run(*args, cache=cache) for args in asked] == first
    assert [run(*args, cache=cache) for args in asked] == first
    file = tree / "drivers/pci/other.c"
    file.write_text(file.read_text() + "int added(void) { return core(1); }\n")
    assert "added -> core" in run("callers", "core", cache=cache)[1]


def test_a_graph_of_which_much_was_walked_is_kept(
    run: Any, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = []
    link_graph = linked.link_graph

    def counted(*args: Any) -> Any:
        links.append(args)
        return link_graph(*args)

    monkeypatch.setattr(linked, "link_graph", counted)
    monkeypatch.setattr(questions, "_MANY", 0)
    (tree / "kernel").mkdir()
    (tree / "kernel/away.c").write_text("int away(int x) { return x; }\n")
    (tree / "drivers/pci/far.c").write_text("int far(int x) { return away(x); }\n")
    age(tree)
    asked = ("path", "core", "leaf")
    first = run(*asked, cache=tmp_path / "cache")
    assert run(*asked, cache=tmp_path / "cache") == first
    assert len(links) == 1
    outside = run(
        "path", "far", "away", cache=tmp_path / "cache"
    )  # no path of what is kept tells where it is
    assert outside[1].splitlines()[1] == "  -> away [direct] from drivers/pci/far.c:1 at kernel/away.c:1"
    assert len(links) == 2


def test_names_complete(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def offered(*words: str) -> list[str]:
        monkeypatch.setenv("_KSCAN_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", shlex.join(["kscan", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        with pytest.raises(SystemExit):
            cli.main([])
        return [line.rpartition(",")[2] for line in capsys.readouterr().out.split()]

    at = ["--tree", str(tree), "--no-cache"]
    assert offered("graph", "callers", *at, "pcibios") == ["pcibios_hook", "pcibios_sriov_enable"]
    assert offered("graph", "path", *at, "core", "le") == ["leaf"]
    assert offered("graph", "path", *at, "core", "leaf", "--kind", "not") == ["notifier"]
    assert offered("graph", "callers", "--tree", "/nowhere", "le") == []


def test_verbose_tells_what_is_in_doubt(run: Any, tree: Path) -> None:
    (tree / "drivers/pci/double.c").write_text("int use(void) { return 1; }\n")
    (tree / "drivers/pci/uses.c").write_text("int uses(void) { return use(); }\n")
    assert run("callees", "uses")[2] == ""
    _status, out, err = run("callees", "uses", "--verbose")
    assert [line.rpartition(" [")[2] for line in out.splitlines()] == [
        "direct, 1 of 2] at drivers/pci/core.c:5",
        "direct, 1 of 2] at drivers/pci/double.c:1",
    ]
    assert "kscan: drivers/pci/core.c:5: use is also defined at drivers/pci/double.c:1" in err
    assert [e["among"] for e in json.loads(run("callees", "uses", "--format", "json")[1])["edges"]] == [2, 2]


def test_verbose_tells_what_could_not_be_read(run: Any, tree: Path, tmp_path: Path) -> None:
    (tree / "drivers/pci/binary.c").write_bytes(b"int n(void) {\0}\n")
    for folder in ("drivers/pci", "include/linux"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
        Path(os.fsdecode(os.fsencode(tree / folder) + b"/na\xffme.h")).write_text("int odd(void);\n")
    age(tree)
    expected = (
        "kscan: drivers/pci/binary.c: not linked: is a binary file (give C source)\n"
        "kscan: drivers/pci/na\\xffme.h: not linked: its name is not UTF-8 (rename it)\n"
    )
    for cache in (None, tmp_path / "cache", tmp_path / "cache"):  # linked, kept, and as it was kept
        status, out, err = run("callers", "leaf", "--verbose", cache=cache)
        assert (status, out.count("-> leaf")) == (0, run("callers", "leaf")[1].count("-> leaf"))
        assert err == expected
