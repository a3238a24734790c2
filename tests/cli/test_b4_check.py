"""What b4 and kbuild are answered; a patch of the corpus kernel that brings a hazard back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kscan

CHECKOUT = Path(kscan.__file__).parent.parent
FILE = "arch/powerpc/kernel/pci-common.c"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    top = tmp_path / "linux"
    shutil.copytree(CHECKOUT / "tests/corpus/kernel", top)
    text = (top / FILE).read_text()
    (top / FILE).write_text(
        text.replace("\tkfree(phb->irq_map);", "\tkfree(phb->irq_map);\n\tphb->irq_map = NULL;")
    )
    return top


def patch(tree: Path, old: str, new: str) -> str:
    """A mail that replaces ``old``."""
    copy = tree.parent / "b"
    shutil.copytree(tree, copy)
    text = (copy / FILE).read_text()
    assert old in text
    (copy / FILE).write_text(text.replace(old, new))
    ran = subprocess.run(
        ["diff", "-u", f"{tree.name}/{FILE}", f"b/{FILE}"],
        cwd=tree.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"From: A <a@b>\nSubject: [PATCH] x\nMessage-Id: <1@b>\n\nWords.\n---\n{ran.stdout}-- \n2.39\n"


def run(tree: Path, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kscan", *args]
    return subprocess.run(command, cwd=tree, input=stdin, capture_output=True, text=True, check=False)


def test_a_clean_patch_is_answered_with_nothing(tree: Path) -> None:
    mail = patch(tree, "void pcibios_remove_bus", "/* clean */\nvoid pcibios_remove_bus")
    ran = run(tree, "b4-check", "--preview", stdin=mail)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    (entry,) = json.loads(run(tree, "b4-check", "--preview", "--json", stdin=mail).stdout)
    assert (entry["tool"], entry["status"]) == ("kscan", "pass")


def test_a_hazard_is_one_line(tree: Path) -> None:
    mail = patch(tree, "\tphb->irq_map = NULL;", "")
    ran = run(tree, "b4-check", "--preview", stdin=mail)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout.count("\n") == 1
    assert re.match(rf"{FILE}:\d+: ERROR: kfree\(\) frees phb->irq_map", ran.stdout)
    assert ran.stdout.endswith(" [free-without-clearing]\n")
    ran = run(tree, "b4-check", "--preview", "--json", stdin=mail)
    (entry,) = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr, entry["status"]) == (0, "", "fail")
    assert set(entry) == {"tool", "status", "summary", "url", "details"}
    assert f"{FILE}:" in entry["details"]


def test_what_is_no_c_is_nothing_to_say(tree: Path) -> None:
    mail = "Subject: [PATCH] x\n\n---\n--- a/README\n+++ b/README\n@@ -0,0 +1 @@\n+new\n"
    assert run(tree, "b4-check", stdin=mail).stdout == ""
    assert json.loads(run(tree, "b4-check", "--json", stdin=mail).stdout) == []


def test_a_cover_letter_is_answered_with_nothing(tree: Path) -> None:
    mail = "From: A <a@b>\nSubject: [PATCH 0/2] x\nMessage-Id: <0@b>\n\nWords.\n"
    ran = run(tree, "b4-check", stdin=mail)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert json.loads(run(tree, "b4-check", "--json", stdin=mail).stdout) == []


def test_a_patch_for_another_tree_is_told(tree: Path) -> None:
    mail = "Subject: [PATCH] x\n\n---\n--- a/drivers/no.c\n+++ b/drivers/no.c\n@@ -1 +1 @@\n-old\n+new\n"
    ran = run(tree, "b4-check", stdin=mail)
    assert (ran.stdout.count("\n"), ran.stderr) == (1, "")
    assert ran.stdout.startswith("WARNING: not judged: does not apply: drivers/no.c: no such file")
    (entry,) = json.loads(run(tree, "b4-check", "--json", stdin=mail).stdout)
    assert entry["status"] == "warn"


def test_kbuild_takes_the_last_word_and_does_not_end_the_build(tree: Path) -> None:
    flags = ["-D__linux__", "-Wbitwise", "-Wp,-MMD,a.d", "-nostdinc", "-I./arch/x86/include", "--unknown=1"]
    flags += ["-include", "x.h", "-DM='a b'"]
    file = "arch/powerpc/platforms/pseries/pci.c"
    ran = run(tree, "kbuild", "--preview", *flags, file)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"{file}:")
    assert run(tree, "kbuild", "--preview", "--fail", *flags, file).returncode == 1
    (tree.parent / "built").mkdir()
    for elsewhere in (str(tree / file), f"../{tree.name}/{file}"):  # make O=built
        outside = run(tree.parent / "built", "kbuild", "--preview", *flags, elsewhere)
        assert (outside.returncode, outside.stderr, outside.stdout) == (0, "", ran.stdout)
    missing = run(tree, "kbuild", *flags, "no.c")
    assert missing.returncode == 0
    assert missing.stderr.startswith("kscan: ")
    assert run(tree, "kbuild", "--fail", *flags, "no.c").returncode == 2
