"""``kscan learn``, and what it prints given to ``--knowledge``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kscan import cli

_USE = """\
int probe{0}(struct card *c)
{{
	int err;

	err = box_open(&c->box);
	if (err)
		return err;
	err = start(c);
	if (err)
		goto close;
	return 0;
close:
	box_close(&c->box);
	return err;
}}
"""
_LEAKS = """\
int late(struct card *c)
{
	int err;

	err = box_open(&c->box);
	if (err)
		return err;
	err = start(c);
	if (err)
		return err;
	err = finish(c);
	if (err)
		goto close;
	return 0;
close:
	box_close(&c->box);
	return err;
}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "tree"
    (top / "drivers" / "box").mkdir(parents=True)
    (top / "Kbuild").touch()
    for number in range(3):
        (top / "drivers" / "box" / f"{number}.c").write_text(_USE.format(number))
    (top / "drivers" / "late.c").write_text(_LEAKS)
    return top


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tree: Path) -> Any:
    def run(command: str, *args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            cli.main([command, "--tree", str(tree), "--no-cache", "-j1", *args])
        assert isinstance(stopped.value.code, int)
        captured = capsys.readouterr()
        return stopped.value.code, captured.out, captured.err

    return run


def test_what_is_learnt_is_known_where_it_is_given(run: Any, tree: Path) -> None:
    status, out, err = run("learn", "drivers/box")
    assert status == 0
    assert "acquire arg 0, errno: box_open" in out
    assert "3 of 3 files" in out
    assert "2 roles that are certain" in err
    learnt = tree / "box.yaml"
    learnt.write_text(out)
    scan = ("scan", "--rule", "missing-undo", "--format", "concise", "drivers/late.c")
    assert run(*scan)[:2] == (0, "")
    status, out, _err = run(*scan, "--knowledge", str(learnt))
    assert status == 1
    assert "drivers/late.c:10" in out


def test_a_setting_names_the_file_from_where_it_stands(run: Any, tree: Path) -> None:
    (tree / "box.yaml").write_text(run("learn", "--certain", "drivers/box")[1])
    (tree / ".kscan.toml").write_text('knowledge = ["box.yaml"]\n')
    status, out, _err = run("scan", "--rule", "missing-undo", "--format", "concise", "drivers/late.c")
    assert (status, out.split(":")[:2]) == (1, ["drivers/late.c", "10"])


def test_what_is_not_certain_is_a_comment(run: Any, tree: Path) -> None:
    (tree / "drivers" / "box" / "2.c").unlink()
    _status, out, err = run("learn", "drivers/box")
    assert "#     acquire arg 0, errno: box_open" in out, err
    assert "box_open" not in run("learn", "--certain", "drivers/box")[1]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("resources:\n  a, thing: {}\n", "box.yaml:2:"),
        ("may_return_nul: f\n", "box.yaml:1:"),
        ("resources:\n  memory, lock: {}\n", "box.yaml:2:"),
        ("[", "box.yaml:2:"),
    ],
)
def test_knowledge_that_is_wrong(run: Any, tree: Path, text: str, complaint: str) -> None:
    learnt = tree / "box.yaml"
    learnt.write_text(text)
    status, out, err = run("scan", "drivers/late.c", "--knowledge", str(learnt))
    assert (status, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1
