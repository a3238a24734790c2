"""Bad input: one clear line that names the thing, the rest still analysed, the right exit status."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import kscan
from kscan.config import rules_dir

CHECKOUT = Path(kscan.__file__).parent.parent
CORPUS = CHECKOUT / "tests" / "corpus" / "kernel"
MODULE = [sys.executable, "-m", "kscan"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CORPUS, tmp_path / "tree"))


def environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CHECKOUT)}


def kscan_run(*args: str | Path, **how: Any) -> subprocess.CompletedProcess[str]:
    how.setdefault("stdout", subprocess.PIPE)
    ran = subprocess.run(
        [*MODULE, *map(str, args)],
        stderr=subprocess.PIPE, text=True, env=environ(), timeout=120, check=False, **how,
    )  # fmt: skip
    assert "Traceback" not in (ran.stdout or "") + ran.stderr
    assert "internal error" not in ran.stderr
    return ran


def scan(tree: Path, *args: str | Path, **how: Any) -> tuple[int, dict[str, Any], str]:
    """Exit status, report and complaints of a scan with all rules."""
    ran = kscan_run("scan", "--tree", tree, "--rule", "all", "--format", "json", *args, **how)
    report = json.loads(ran.stdout) if ran.stdout else {}
    assert isinstance(report, dict)
    return ran.returncode, report, ran.stderr


def rules_found(report: dict[str, Any]) -> set[str]:
    return {f["rule"] for f in report["findings"]}


ALL = {"free-without-clearing", "setup-before-registration", "teardown-level", "undone-twice"}


@pytest.mark.parametrize("command", ["scan", "facts", "patch"])
def test_missing_path(tree: Path, command: str) -> None:
    ran = kscan_run(command, "--tree", tree, "drivers/none.c")
    assert ran.returncode == 2
    assert "drivers/none.c" in ran.stderr
    assert ran.stderr.count("\n") == 1 or command == "patch"


def test_the_paths_that_are_there_are_scanned_though_others_are_missing(tree: Path) -> None:
    (tree / "drivers/pci/Kconfig").write_text("config X\n")
    status, report, err = scan(tree, "--no-cache", "drivers/none.c", "drivers/pci", "drivers/pci/Kconfig")
    assert status == 2
    assert [s["file"] for s in report["coverage"]["skipped"]] == ["drivers/none.c"]
    assert rules_found(report)
    assert "drivers/none.c: is not in" in err
    assert "note: drivers/pci/Kconfig: is no C file" in err
    ran = kscan_run("scan", "--no-cache", "none.c", tree / "drivers/pci")  # the tree is found from the second
    assert (ran.returncode, ran.stdout != "") == (2, True)


def braces(count: int) -> bytes:
    return b"void f(void)\n" + b"{" * count + b"}" * count + b"\n"


def bury(folder: Path) -> None:
    """Make a directory below ``folder`` whose path is too long to be opened by it."""
    handle = os.open(folder, os.O_RDONLY)
    for _ in range(17):
        os.mkdir("d" * 250, dir_fd=handle)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = deeper
    os.close(handle)


def test_a_directory_that_cannot_be_listed_is_named_and_the_rest_is_analysed(tree: Path) -> None:
    bury(tree / "drivers/pci")
    for arguments in (["--no-cache"], ["--cache", tree / "c"], ["--cache", tree / "c", "-j2"]):
        status, report, err = scan(tree, *arguments)
        assert status == 2
        (skipped,) = report["coverage"]["skipped"]
        assert skipped["file"].startswith("drivers/pci/ddd")
        assert "name too long" in err
        assert rules_found(report) >= ALL


@pytest.mark.parametrize("content", [b"\x7fELF\0\0\1\2", braces(100_000)], ids=["binary", "braces"])
def test_the_facts_of_a_file_that_cannot_be_analysed(tree: Path, content: bytes) -> None:
    (tree / "drivers/pci/bad.c").write_bytes(content)
    ran = kscan_run("facts", "--tree", tree, "drivers/pci/bad.c")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "drivers/pci/bad.c: is " in ran.stderr


def test_the_json_of_patches_has_their_keys_though_there_is_none(tree: Path) -> None:
    report = json.loads(kscan_run("patch", "--format", "json", "--tree", tree, "none.patch").stdout)
    assert (report["patches"], report["series"], report["findings"]) == ([], [], [])


def test_missing_tree() -> None:
    ran = kscan_run("scan", "--tree", "no/such/tree")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "no/such/tree" in ran.stderr


def test_empty_tree(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = kscan_run("scan", "--tree", tmp_path / "empty")
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "empty" in ran.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x7fELF\0\0\1\2", "binary"), (braces(1_000_000), ""), (None, "50 MB")],
    ids=["binary", "a million braces", "50 MB"],
)
def test_a_file_that_cannot_be_analysed_is_named_and_the_rest_is_analysed(
    tree: Path, content: bytes | None, words: str
) -> None:
    bad = tree / "drivers/pci/bad.c"
    if content is None:
        bad.touch()
        os.truncate(bad, 50 << 20)  # sparse
    else:
        bad.write_bytes(content)
    status, report, err = scan(tree, "--no-cache")
    skipped = [s for s in report["coverage"]["skipped"] if not s["partial"]]
    assert status == 2
    assert [s["file"] for s in skipped] == ["drivers/pci/bad.c"]
    assert words in skipped[0]["reason"]
    assert err.count("\n") == 1
    assert "drivers/pci/bad.c" in err
    assert rules_found(report) >= ALL


def test_unreadable_file(tree: Path) -> None:
    bad = tree / "drivers/pci/bad.c"
    bad.write_text("int x;\n")
    bad.chmod(0)
    if os.access(bad, os.R_OK):
        pytest.skip("root reads everything")
    status, report, err = scan(tree, "--no-cache")
    assert status == 2
    assert "drivers/pci/bad.c" in err
    assert rules_found(report) >= ALL


def test_invalid_utf8(tree: Path) -> None:
    (tree / "drivers/pci/bad.c").write_bytes(b'/* \xff\xfe */ int f(void) { return g("\xe9"); }\n')
    status, report, _ = scan(tree, "--no-cache")
    assert status == 1
    assert report["coverage"]["complete"]
    assert rules_found(report) >= ALL


def test_name_that_is_not_utf8(tree: Path) -> None:
    try:
        (tree / os.fsdecode(b"drivers/pci/b\xe9.c")).write_text("int x;\n")
    except OSError:
        pytest.skip("this file system takes no such name")
    status, report, errors = scan(tree, "--no-cache")
    assert status == 2
    assert "not UTF-8" in errors
    assert rules_found(report) >= ALL


@pytest.mark.parametrize("text", ["id: [", "- a\n- b\n", "id: other\n", ""])
def test_broken_rule_file(tree: Path, tmp_path: Path, text: str) -> None:
    rules = Path(shutil.copytree(rules_dir(), tmp_path / "rules"))
    (rules / "memory" / "undone-twice.yaml").write_text(text)
    status, report, err = scan(tree, "--no-cache", "--rules-dir", rules)
    assert (status, report, err.count("\n")) == (2, {}, 1)
    assert "undone-twice.yaml" in err


def test_broken_kernel_model(tree: Path, tmp_path: Path) -> None:
    rules = Path(shutil.copytree(rules_dir(), tmp_path / "rules"))
    (rules / "kernel" / "lifecycle.yaml").write_text("levels: [")
    status, report, err = scan(tree, "--no-cache", "--rules-dir", rules)
    assert (status, report, err.count("\n")) == (2, {}, 1)
    assert "lifecycle.yaml" in err


@pytest.mark.parametrize("harm", ["corrupt", "empty", "folder", "locked", "read-only"])
def test_a_bad_cache_changes_no_result(tree: Path, tmp_path: Path, harm: str) -> None:
    cache = tmp_path / "cache"
    _, expected, _ = scan(tree, "--cache", cache)
    (file,) = cache.glob("*.sqlite")
    held = None
    if harm == "corrupt":
        file.write_bytes(b"no database" * 1000)
    elif harm == "empty":
        file.write_bytes(b"")
    elif harm == "folder":
        shutil.rmtree(cache)
        cache.write_text("a file where a folder should be")
    elif harm == "locked":
        held = sqlite3.connect(file)
        held.execute("BEGIN EXCLUSIVE")
    else:
        file.chmod(0o400)
        cache.chmod(0o500)
    try:
        status, report, err = scan(tree, "--cache", cache)
    finally:
        cache.chmod(0o700)
        if held is not None:
            held.close()
    assert (status, report) == (1, expected)
    assert err.count("\n") <= 1


def test_closed_pipe(tree: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        ran = kscan_run("scan", "--tree", tree, "--rule", "all", "--no-cache", stdout=pipe)
    assert ran.returncode == 1
    assert "pipe" not in ran.stderr.lower()


def test_full_disk(tree: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:
        ran = kscan_run("scan", "--tree", tree, "--rule", "all", "--no-cache", stdout=full)
    assert ran.returncode == 2
    assert "kscan: error: output: No space left on device\n" in ran.stderr


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no telling when the workers are there")
def test_interrupt(tree: Path) -> None:
    for number in range(400):  # enough to be still at work
        shutil.copy(tree / "drivers/pci/probe.c", tree / f"drivers/pci/probe{number}.c")
    with subprocess.Popen(
        [*MODULE, "scan", "--tree", str(tree), "--no-cache", "-v", "-j2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(), start_new_session=True,
    ) as running:  # fmt: skip
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        while running.poll() is None and not children.read_text():
            time.sleep(0.01)
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert "Traceback" not in err
    if running.returncode == 130:
        assert (out, err) == ("", "kscan: interrupted\n")
    else:
        assert running.returncode in (0, 1)  # it was done already
