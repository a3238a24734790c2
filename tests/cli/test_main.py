"""The command as users meet it: exit statuses, one line per error, nothing noisy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import kscan
from kscan import cli, pipeline
from kscan.config import Config, cache_dir, rules_dir
from kscan.errors import InputError
from kscan.facts.model import (
    Assign,
    Binding,
    Block,
    Body,
    Call,
    CallRef,
    FileFacts,
    Function,
    Local,
    Param,
    Quality,
    ScopeEnd,
    pack_body,
)
from kscan.findings.model import Coverage, Finding, PatchResult, Report, Skipped
from tests.sources.writers import diff

CHECKOUT = Path(kscan.__file__).parent.parent

FINDING = Finding(
    "double-free", "double-free", "warning", "high", "a.c", 3, 1, 3, 9, "f", "freed twice", (), (), "0f" * 8
)


class Ran(SimpleNamespace):
    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*args: str) -> Ran:
        with pytest.raises(SystemExit) as stopped:
            cli.main(args)
        out, err = capsys.readouterr()
        return Ran(status=stopped.value.code, out=out, err=err)

    return run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stands in for the pipeline: keeps what it was asked, and answers with ``report``."""
    seen = SimpleNamespace(config=None, inputs=None, report=Report((), Coverage(files=1), (FINDING,)))

    def answer(config: Config, inputs: Any = None, **_options: bool) -> Report:
        seen.config, seen.inputs = config, inputs
        if isinstance(seen.report, BaseException):
            raise seen.report
        assert isinstance(seen.report, Report)
        return seen.report

    monkeypatch.setattr(pipeline, "scan", answer, raising=False)
    monkeypatch.setattr(pipeline, "judge", answer, raising=False)
    return seen


def outside(*args: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """kscan in a process of its own, for what only the end of a process shows."""
    how.setdefault("stdout", subprocess.PIPE)
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "kscan", *args]
    return subprocess.run(
        command, stderr=subprocess.PIPE, text=True, env=environ, timeout=60, check=False, **how
    )


def test_version_and_help(run: Any) -> None:
    assert run("--version").out == f"kscan {kscan.__version__}\n"
    ran = run("--help")
    assert ran.status == 0
    assert all(name in ran.out for name in ("facts", "patch", "rules", "scan"))


@pytest.mark.parametrize("name", ["facts", "patch", "rules", "scan"])
def test_every_command_has_help_that_names_its_options(run: Any, name: str) -> None:
    ran = run(name, "--help")
    assert ran.status == 0
    assert ran.out.startswith(f"Usage: kscan {name}")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("scna",), "kscan: error: scna: there is no such command (did you mean scan?)"),
        (
            ("scan", "--fail-on", "x"),
            "kscan: error: kscan scan: Invalid value for '--fail-on': 'x' is not one of",
        ),
        (("scan", "--rule"), "kscan: error: kscan: Option '--rule' requires an argument"),
        (
            ("scan", "-j", "0"),
            "kscan: error: kscan scan: Invalid value for '-j' / '--jobs': 0 is not in the range",
        ),
        (("patch",), "kscan: error: kscan patch: Missing argument 'FILE...'."),
        (
            ("rules", "explain", "no-rule", "--rules-dir", "{empty}"),
            "kscan: error: no-rule: there is no such rule",
        ),
        (
            ("rules", "list", "--rules-dir", "/no/dir"),
            "kscan: error: /no/dir: there is no such folder of rules",
        ),
    ],
)
def test_wrong_use_is_one_line(run: Any, tmp_path: Path, args: tuple[str, ...], line: str) -> None:
    ran = run(*(a.replace("{empty}", str(tmp_path)) for a in args))
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith(line)
    assert ran.err.count("\n") == 1


def test_scan_gives_the_pipeline_its_options(run: Any, asked: SimpleNamespace, tmp_path: Path) -> None:
    options = ["--arch", "x86", "--rule", "a", "--rule", "b", "--preview", "-j", "3", "--fail-on", "error"]
    ran = run("scan", "--tree", str(tmp_path), *options, "--no-cache", "drivers/pci", "lib/a.c")
    assert ran.status == 0
    config = asked.config
    assert (config.tree, config.paths, config.arch) == (tmp_path, ("drivers/pci", "lib/a.c"), "x86")
    assert (config.rules, config.preview, config.jobs, config.cache) == (("a", "b"), True, 3, None)


def test_what_is_taken_unless_said_otherwise(run: Any, asked: SimpleNamespace, tmp_path: Path) -> None:
    run("scan")
    config = asked.config
    assert (config.tree, config.rev, config.paths, config.arch, config.rules) == (None, None, (), None, ())
    assert config.cache == cache_dir()
    assert config.rules_dir == rules_dir()
    assert config.jobs >= 1
    run("scan", "--cache", str(tmp_path))
    assert asked.config.cache == tmp_path


def test_the_invocation_holds_only_what_can_change_the_findings(run: Any, asked: SimpleNamespace) -> None:
    run("scan", "a.c", "-j4", "--no-cache", "--preview", "--rule=x", "-v")
    assert asked.config.invocation == ("scan", "a.c", "--rule=x", "--preview")


def test_findings_go_to_stdout_and_all_else_to_stderr(run: Any, asked: SimpleNamespace) -> None:
    ran = run("scan")
    assert ran.status == 1
    assert ran.out == "a.c:3:1: warning: freed twice [double-free]\n"
    assert ran.err.startswith("1 finding (1 warning) in 1 file; 1 file,")
    assert ran.err.count("\n") == 1


def test_json_comes_without_lines_on_stderr_unless_something_is_missing(
    run: Any, asked: SimpleNamespace
) -> None:
    ran = run("scan", "--format", "json")
    assert (ran.status, ran.err) == (1, "")
    assert json.loads(ran.out)["findings"][0]["rule"] == "double-free"
    asked.report = Report((), Coverage(skipped=(Skipped("b.c", 0, "unreadable"),)), ())
    ran = run("scan", "--format", "json")
    assert (ran.status, ran.err) == (2, "kscan: skipped: b.c: unreadable\n")


@pytest.mark.parametrize(("limit", "status"), [("note", 1), ("warning", 1), ("error", 0), ("never", 0)])
def test_fail_on(run: Any, asked: SimpleNamespace, limit: str, status: int) -> None:
    assert run("scan", "--fail-on", limit).status == status


def test_patch(run: Any, asked: SimpleNamespace) -> None:
    refused = PatchResult("p", "a.mbox:1", "", "refused", ("a.c, hunk 1: expected x, found y",))
    asked.report = Report((), Coverage(), (), (refused,))
    ran = run("patch", "a.mbox", "-")
    assert ran.status == 2
    assert asked.inputs == ("a.mbox", "-")
    assert "hunk 1: expected x, found y" in ran.out


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (
            InputError("a\x1b.c", "is gone", "bring it back"),
            2,
            "kscan: error: a\\x1b.c: is gone (bring it back)\n",
        ),
        (KeyboardInterrupt(), 130, "kscan: interrupted\n"),
        (
            OSError(28, "No space left on device", "cache.db"),
            2,
            "kscan: error: cache.db: No space left on device\n",
        ),
        (MemoryError(), 2, "kscan: error: out of memory (fewer paths or fewer jobs need less: -j 1)\n"),
        (BrokenPipeError(32, "Broken pipe"), 0, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_errors_are_one_line(run: Any, asked: SimpleNamespace, error: Any, status: int, line: str) -> None:
    asked.report = error
    ran = run("scan")
    assert (ran.status, ran.err) == (status, line)


def test_a_bug_is_one_line_and_a_traceback_only_on_demand(
    run: Any, asked: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.report = ZeroDivisionError("by zero")
    ran = run("scan")
    assert ran.status == 101
    assert ran.err.startswith(
        "kscan: internal error: ZeroDivisionError: by zero (a bug in kscan: please report it"
    )
    assert ran.err.count("\n") == 1
    monkeypatch.setenv("KSCAN_DEBUG", "1")
    assert "Traceback" in run("scan").err


def test_a_full_disk_is_one_line() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:
        ran = outside("--help", stdout=full)
    assert (ran.returncode, ran.stderr) == (2, "kscan: error: output: No space left on device\n")


def test_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        ran = outside("rules", "--help", stdout=pipe)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_start_is_quick_because_it_loads_little(tmp_path: Path) -> None:
    code = "import sys, kscan.cli\ntry: kscan.cli.main({})\nexcept SystemExit: print(*sys.modules)"
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}

    def loaded(*options: str) -> set[str]:
        command = [sys.executable, "-c", code.format(list(options))]
        return set(
            subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.split()
        )

    assert not loaded("--version") & {"click", "dataclasses", "msgspec", "yaml", "networkx"}
    assert not loaded("--help") & {"yaml", "networkx", "tree_sitter"}
    tree = CHECKOUT / "tests/corpus/kernel"
    patch = tmp_path / "p.patch"
    patch.write_text(diff("lib/a.c", "", "int a;\n").replace("--- a/lib/a.c", "--- /dev/null"))
    cached = ("patch", "--tree", str(tree), "--cache", str(tmp_path), "--fail-on", "never", str(patch))
    assert "kscan.pipeline.change" in loaded(*cached)  # and keeps the rules
    assert not loaded(*cached) & {"dataclasses", "yaml", "networkx"}


def test_completion_of_commands_and_rules(tmp_path: Path) -> None:
    environ = {"_KSCAN_COMPLETE": "bash_complete", "COMP_WORDS": "kscan s", "COMP_CWORD": "1"}
    code = "import sys; sys.argv = ['kscan']; from kscan.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.split() == ["plain,scan"]


FACTS = FileFacts(
    functions=(
        Function(
            name="demo",
            line=3,
            end_line=9,
            linkage="static",
            returns="int",
            params=(Param("p", "struct phb *"),),
            calls=(CallRef("kfree", 4), CallRef("struct phb *", 5, ("ops", "setup"))),
            stores=("map",),
            guards=("CONFIG_PCI",),
            partial=True,
            generated="",
            raw_body=pack_body(
                Body(
                    (Local("np", "struct device_node *", 4, cleanup="of_node_put"),),
                    (
                        Block((Call("kfree", ("p->map",), "%1", 4, 2),), "branch", 4, (1, 2), "p", "!=", "0"),
                        Block((Assign("p->map", "=", "0", 5, 2),), "switch", 5, (2,), "x", cases=("none",)),
                        Block((ScopeEnd(("np",), 6),), "return", 6, left="0"),
                    ),
                )
            ),
        ),
    ),
    structs=(),
    typedefs=(),
    variables=(),
    prototypes=(),
    macros=(),
    uses=(),
    bindings=(Binding("struct ops", ("setup",), "demo", "initializer", "demo_ops", 12),),
    includes=("<linux/pci.h>",),
    quality=Quality(1, 1, ((7, 7),)),
)

FACTS_TEXT = """\
1 functions, 1 partly parsed
  not understood: lines 7-7
includes:
  <linux/pci.h>
bindings:
  12: initializer struct ops.setup = demo [demo_ops]

demo(struct phb * p) -> int
  lines 3-9; static, partial
  #if CONFIG_PCI
  calls:
    4: kfree()
    5: through struct phb *.ops.setup
  stores to fields: map
  local np: struct device_node *, cleanup of_node_put
  block 0:
    4: %1 = kfree(p->map)
    4: if p != 0: block 1 else block 2
  block 1:
    5: p->map = 0
    5: switch x { none: block 2 }
  block 2:
    6: leave scope of np
    6: return 0
"""


def test_facts(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "facts_of", lambda config: FACTS, raising=False)
    assert run("facts", "a.c").out == FACTS_TEXT
    facts = json.loads(run("facts", "a.c", "--format", "json").out)
    assert facts["functions"][0]["body"]["blocks"][0]["events"][0]["event"] == "call"
    assert "12:" not in run("facts", "a.c", "--function", "demo").out
    assert "defines no function none" in run("facts", "a.c", "--function", "none").err


def test_facts_of_a_file_however_it_is_named(run: Any, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/a.c").write_text("int f(void) { return 1; }\n")
    for name in ("d/a.c", "./d/a.c", str(tmp_path / "d/a.c")):
        assert "f() -> int" in run("facts", "--tree", str(tmp_path), name).out
    assert "is not in the tree" in run("facts", "--tree", str(tmp_path / "d"), __file__).err
