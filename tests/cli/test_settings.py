"""Settings: what wins over what, what a tree's own files may not say, and that every mistake is told."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kscan import cli, pipeline
from kscan.config import Area, Config
from kscan.findings.model import Coverage, Report


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "linux"
    (top / "drivers/pci").mkdir(parents=True)
    (top / "include/linux").mkdir(parents=True)
    monkeypatch.chdir(top / "drivers")
    asked.clear()

    def scan(config: Config) -> Report:
        asked.append(config)
        return Report((), Coverage(), ())

    monkeypatch.setattr(pipeline, "scan", scan)
    return top


asked: list[Config] = []


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*args: str) -> Any:
        with pytest.raises(SystemExit) as stopped:
            cli.main(args)
        out, err = capsys.readouterr()
        return SimpleNamespace(
            status=stopped.value.code, out=out, err=err, config=asked[-1] if asked else None
        )

    return run


def user_settings(text: str) -> None:
    file = Path.home() / ".config/kscan/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)


def test_the_order(tree: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("scan").config.fail_on == "warning"
    user_settings('fail-on = "never"\njobs = 3\n')
    assert (run("scan").config.fail_on, asked[-1].jobs) == ("never", 3)
    (tree / "pyproject.toml").write_text('[tool.other]\nx = 1\n[tool.kscan]\nfail-on = "note"\n')
    assert run("scan").config.fail_on == "note"
    (tree / ".kscan.toml").write_text('fail-on = "error"\n')
    assert run("scan").config.fail_on == "error"
    monkeypatch.setenv("KSCAN_FAIL_ON", "note")
    assert run("scan").config.fail_on == "note"
    assert run("scan", "--fail-on", "never").config.fail_on == "never"
    monkeypatch.delenv("KSCAN_FAIL_ON")
    assert (run("scan", "--isolated").config.fail_on, asked[-1].jobs != 3) == ("warning", True)


def test_the_nearest_file_up_to_the_top_of_the_tree(tree: Path, run: Any) -> None:
    (tree.parent / ".kscan.toml").write_text("preview = true\n")
    assert run("scan").config.preview is False
    (tree / ".kscan.toml").write_text("preview = true\n")
    assert run("scan").config.preview is True
    (tree / "drivers/pci/.kscan.toml").write_text('rule = "a"\n')
    assert run("scan").config.rules == ()
    assert (run("scan", "pci").config.rules, asked[-1].preview) == (("a",), False)
    assert run("scan", "--tree", "..").config.preview is True


def test_values_are_typed(tree: Path, run: Any) -> None:
    (tree / "b.json").write_text("")
    (tree / ".kscan.toml").write_text(
        'rule = ["a", "b"]\nno-suppress = true\nstrict = false\nbaseline = "b.json"\nformat = "sarif"\n'
    )
    config = run("scan").config
    assert (config.rules, config.suppress, config.strict) == (("a", "b"), False, False)
    assert (config.baseline, config.format) == (Path("../b.json"), "sarif")
    told = ("--rule=a", "--rule=b", "--format=sarif", "--baseline=../b.json", "--no-suppress")
    assert config.invocation == ("scan", *told)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nfail_on = 'note'", ".kscan.toml:2: there is no setting `fail_on` (did you mean fail-on?)"),
        ("xyzzy = 1", ".kscan.toml:1: there is no setting `xyzzy` (there are arch, "),
        ("[tool]\nx = 1", "there is no setting `tool`"),
        ("tree = '/'", "there is no setting `tree`"),
        ("cache = '/tmp/x'", ".kscan.toml:1: `cache` is not for the files of a tree (set it in "),
        ("rules-dir = 'r'", "`rules-dir` is not for the files of a tree"),
        ("preview = 1", ".kscan.toml:1: `preview` must be true or false"),
        ("fail-on = true", "`fail-on` must be one value"),
        ("fail-on = ['note']", "`fail-on` must be one value"),
        ("rule = {a = 1}", "`rule` must be a list"),
        ("fail-on = 'eror'", "`fail-on`: 'eror' is not one of 'error', "),
        ("format = 'xml'", "`format`: 'xml' is not one of "),
        ("baseline = 'none'", "`baseline`: "),
        ("[", ".kscan.toml: is no TOML: "),
        ("\udcff", ".kscan.toml: is no TOML: "),
    ],
)
def test_mistakes_are_one_line(tree: Path, run: Any, text: str, said: str) -> None:
    (tree / ".kscan.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    ran = run("scan")
    assert (ran.status, ran.out, ran.err.count("\n"), asked) == (2, "", 1, [])
    assert said in ran.err
    assert run("scan", "--isolated").status == 0


def test_wrong_environment_is_one_line(tree: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSCAN_FAIL_ON", "eror")
    ran = run("scan")
    assert (ran.status, ran.err.count("\n")) == (2, 1)


def test_one_file_only(tree: Path, run: Any) -> None:
    (tree / ".kscan.toml").write_text("preview = true\n")
    (tree.parent / "mine.toml").write_text("strict = true\njobs = 5\n")
    config = run("scan", "--config", "../../mine.toml").config
    assert (config.preview, config.strict, config.jobs) == (False, True, 5)


def test_settings_are_shown_with_where_they_are_from(
    tree: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / ".kscan.toml").write_text("\npreview = true\n")
    monkeypatch.setenv("KSCAN_ARCH", "arm")
    ran = run("scan", "--fail-on=note", "--show-settings")
    assert (ran.status, asked) == (0, [])
    shown = dict(line.split("  # ") for line in ran.out.splitlines())
    assert shown["preview = true"] == f"{tree}/.kscan.toml:2"
    assert shown[f"fail-on = {json.dumps('note')}"] == "commandline"
    assert shown['arch = "arm"'] == "environment"
    assert shown["strict = false"] == "default"


def test_parts_of_a_tree_have_settings_of_their_own(tree: Path, run: Any) -> None:
    text = (
        '[paths."drivers/pci/x.c"]\noff = "all"\n\n[paths."/drivers/"]\non = ["a", "b"]\nseverity = "note"\n'
    )
    (tree / ".kscan.toml").write_text(text)
    outer, inner = run("scan").config.areas
    assert outer == Area("drivers", ("a", "b"), (), "note")
    assert inner == Area("drivers/pci/x.c", (), ("all",), None)
    assert [outer.holds(p) for p in ("drivers", "drivers/x.c", "drivers2/x.c")] == [True, True, False]
    assert asked[-1].invocation[-2].startswith('paths."drivers"={')
    assert 'paths."drivers" = {"on": ["a", "b"]' in run("scan", "--show-settings").out
    assert run("scan", "--isolated").config.areas == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("paths = 1", "1: `paths` is no table (write"),
        ('\n[paths]\n"a" = 1', "2: `paths.a` is no table (write"),
        ('[paths."a"]\nof = "x"', "1: there is no setting `of` of a path (did you mean off?)"),
        ('[paths."a"]\non = [1]', "1: `paths.a.on` must be a list of rules, categories or classes"),
        ('[paths."a"]\nseverity = "bad"', "1: `paths.a.severity`: 'bad' is not one of error, warning, note"),
    ],
)
def test_a_wrong_table_of_paths_is_one_line(tree: Path, run: Any, text: str, said: str) -> None:
    (tree / ".kscan.toml").write_text(text)
    ran = run("scan")
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_misspelt_variable_is_told(tree: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KSCAN_DEBUG", "KSCAN_PATCHWORK_TOKEN", "KSCAN_KERNEL"):  # none of an option
        monkeypatch.setenv(name, "")
    assert run("scan", ".").status == 0
    monkeypatch.setenv("KSCAN_FAILON", "never")
    result = run("scan", ".")
    assert (result.status, result.err.count("\n")) == (2, 1)
    assert (
        "KSCAN_FAILON: there is no such setting in the environment (did you mean KSCAN_FAIL_ON?)"
        in result.err
    )
