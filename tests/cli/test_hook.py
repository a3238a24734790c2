"""Hooks and ranges in a real repository: the corpus kernel, whose hazards are old ones there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import kscan

CHECKOUT = Path(kscan.__file__).parent.parent
FILE = "arch/powerpc/kernel/pci-common.c"
FREES = "\tkfree(phb->irq_map);"
CURED = "\tkfree(phb->irq_map);\n\tphb->irq_map = NULL;"
KSCAN = [sys.executable, "-m", "kscan"]


class Repo(SimpleNamespace):
    top: Path
    git: Callable[..., str]
    kscan: Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    top = tmp_path / "linux"
    shutil.copytree(CHECKOUT / "tests/corpus/kernel", top)
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "n")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "n@example.org")

    def git(*args: str, check: bool = True) -> str:
        ran = subprocess.run(["git", *args], cwd=top, capture_output=True, text=True, check=False)
        assert not check or ran.returncode == 0, ran.stderr
        return ran.stdout + ran.stderr

    def kscan(*args: str, **how: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*KSCAN, *args], cwd=top, capture_output=True, text=True, check=False, input=how.get("stdin", "")
        )

    git("init", "-q", "-b", "main")
    return Repo(top=top, git=git, kscan=kscan)


@pytest.fixture
def cured(repo: Repo) -> Repo:
    """One of the hazards is cured in HEAD."""
    replace(repo, FREES, CURED)
    repo.git("add", "-A")
    repo.git("commit", "-qm", "base")
    return repo


def replace(repo: Repo, old: str, new: str) -> None:
    text = (repo.top / FILE).read_text()
    assert old in text
    (repo.top / FILE).write_text(text.replace(old, new))


def relapse(repo: Repo) -> None:
    text = (repo.top / FILE).read_text()
    (repo.top / FILE).write_text(text.replace("\tphb->irq_map = NULL;", ""))


def test_nothing_staged_in_c_is_quick_and_silent(cured: Repo) -> None:
    (cured.top / "README").write_text("new\n")
    cured.git("add", "README")
    relapse(cured)  # not staged
    code = "import sys; from kscan.cli import main\ntry: main(['hook', '--preview'])\n"
    code += "except SystemExit as stop: print(stop.code, *sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=cured.top, capture_output=True, text=True, check=True
    )
    status, *modules = ran.stdout.split()
    assert (status, ran.stderr) == ("0", "")
    assert not set(modules) & {"click", "msgspec", "yaml", "kscan.pipeline", "kscan.findings.model"}


def test_an_old_hazard_passes_and_a_new_one_does_not(cured: Repo) -> None:
    replace(cured, "void pcibios_remove_bus", "/* carried */\nvoid pcibios_remove_bus")
    cured.git("add", "-A")
    ran = cured.kscan("hook", "--preview")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    relapse(cured)
    cured.git("add", "-A")
    ran = cured.kscan("hook", "--preview", "--format", "concise")
    assert ran.returncode == 1
    assert [line.split()[-1] for line in ran.stdout.splitlines()] == ["[free-without-clearing]"]


def test_what_is_staged_counts_not_the_work_tree(cured: Repo) -> None:
    relapse(cured)
    cured.git("add", "-A")
    replace(cured, FREES, CURED)
    assert cured.kscan("hook", "--preview").returncode == 1
    cured.git("add", "-A")
    relapse(cured)
    assert cured.kscan("hook", "--preview").returncode == 0


def test_a_commit_of_some_files_has_an_index_of_its_own(cured: Repo) -> None:
    assert "wrote" in cured.kscan("install-hook").stdout
    hook = cured.top / ".git/hooks/pre-commit"
    hook.write_text(hook.read_text().replace("kscan hook", "kscan hook --preview"))
    relapse(cured)
    said = cured.git("commit", "-m", "refused", "--", FILE, check=False)
    assert "free-without-clearing" in said
    assert "refused" not in cured.git("log", "--oneline")
    assert cured.git("status", "--short") == f" M {FILE}\n"


def test_the_first_commit_introduces_everything(repo: Repo) -> None:
    repo.git("add", "-A")
    ran = repo.kscan("hook", "--preview", "--format", "concise")
    assert ran.returncode == 1
    assert len(ran.stdout.splitlines()) > 2


def test_pre_commit_names_a_range(cured: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    relapse(cured)
    cured.git("commit", "-qam", "relapse")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~1")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert cured.kscan("hook", "--preview").returncode == 1


def test_pre_push_judges_what_the_other_side_has_not(cured: Repo) -> None:
    old = cured.git("rev-parse", "HEAD").strip()
    relapse(cured)
    cured.git("commit", "-qam", "relapse")
    new = cured.git("rev-parse", "HEAD").strip()
    zeros = "0" * 40
    push = f"refs/heads/main {new} refs/heads/main {old}\n"
    assert cured.kscan("hook", "--preview", "--pre-push", stdin=push).returncode == 1
    deleted = f"(delete) {zeros} refs/heads/main {new}\n"
    assert cured.kscan("hook", "--preview", "--pre-push", stdin=deleted).returncode == 0
    cured.git("update-ref", "refs/remotes/origin/main", old)
    branch = f"refs/heads/new {new} refs/heads/new {zeros}\n"
    assert cured.kscan("hook", "--preview", "--pre-push", stdin=branch).returncode == 1
    unfetched = f"refs/heads/new {new} refs/heads/new {'1' * 40}\n"
    assert cured.kscan("hook", "--preview", "--pre-push", stdin=unfetched).returncode == 1


def test_a_mail_is_judged_and_one_for_another_tree_passes(cured: Repo) -> None:
    relapse(cured)
    cured.git("commit", "-qam", "relapse")
    cured.git("format-patch", "-q", "-1", "-o", "..")
    mail = "../0001-relapse.patch"
    assert cured.kscan("hook", "--preview", "--mail", mail).returncode == 1
    # Without blob ids, as else the state it was made for would be found in the repository.
    lines = (cured.top / mail).read_text().replace("pci-common.c", "other.c").splitlines(keepends=True)
    (cured.top / mail).write_text("".join(line for line in lines if not line.startswith("index ")))
    ran = cured.kscan("hook", "--preview", "--mail", mail)
    assert ran.returncode == 0
    assert "no such file" in ran.stderr


def test_a_cover_letter_holds_nothing_to_judge(cured: Repo) -> None:
    (cured.top.parent / "cover").write_text("From: A <a@b>\nSubject: [PATCH v2 0/2] x\n\nWords.\n")
    ran = cured.kscan("hook", "--mail", "../cover")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    ran = cured.kscan("patch", "../cover")
    assert ran.returncode == 0
    assert "note: ../cover is a cover letter, without a patch\n" in ran.stderr


def test_a_needless_suppression_is_told_and_passes(cured: Repo) -> None:
    replace(cured, "void pcibios_remove_bus", "/* kscan: ignore[undone-twice] */\nvoid pcibios_remove_bus")
    cured.git("add", "-A")
    ran = cured.kscan("hook", "--rule", "undone-twice")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert "this suppression of undone-twice hides nothing" in ran.stderr


def test_diff(cured: Repo) -> None:
    relapse(cured)
    for options in ((), ("--since", "HEAD")):
        ran = cured.kscan("diff", "--preview", *options)
        assert ran.returncode == 1
        assert "introduced: 1\n" in ran.stdout
    ran = cured.kscan("diff", "--preview", "--staged")
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "  touches no C file")
    cured.git("commit", "-qam", "relapse")
    assert "introduced: 1\n" in cured.kscan("diff", "--preview", "HEAD~1..").stdout
    assert "fixed: 1\n" in cured.kscan("diff", "--preview", "HEAD..HEAD~1").stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nothing..HEAD",), "nothing: no such revision in ."),
        (("HEAD",), "HEAD: is not a range of revisions (write HEAD..HEAD)"),
        (("--staged", "A..B"), "kscan diff: a range, --since and --staged exclude each other"),
        (("--rev", "HEAD"), "--rev: has no meaning for kscan diff"),
        (("--staged", "--tree", "/"), "/: is not a git repository"),
    ],
)
def test_wrong_use_of_diff_is_one_line(cured: Repo, args: tuple[str, ...], said: str) -> None:
    ran = cured.kscan("diff", *args)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"kscan: error: {said}")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("kind", "args", "said"),
    [
        ("bare", ("diff", "--staged"), ".: is a bare repository"),
        ("bare", ("diff",), ".: is a bare repository"),
        ("bare", ("hook",), ".: is a bare repository"),
        ("shallow", ("diff", "HEAD~1..HEAD"), "HEAD~1: no such revision in . (this clone is shallow"),
        ("none", ("hook",), ".: is not a git repository"),
        ("none", ("diff", "--since", "HEAD"), ".: is not a git repository"),
    ],
)
def test_repositories_of_other_kinds(cured: Repo, kind: str, args: tuple[str, ...], said: str) -> None:
    other = cured.top.parent / kind
    cured.git("commit", "--allow-empty", "-qm", "second")
    if kind == "none":
        other.mkdir()
    else:
        how = ("--bare",) if kind == "bare" else ("--depth", "1")
        cured.git("clone", "-q", *how, f"file://{cured.top}", str(other))
    before = sorted(other.rglob("*"))
    ran = subprocess.run([*KSCAN, *args], cwd=other, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith(f"kscan: error: {said}")
    assert sorted(other.rglob("*")) == before


def test_a_bare_repository_has_revisions_and_a_detached_work_tree_an_index(cured: Repo) -> None:
    relapse(cured)
    cured.git("commit", "-qam", "relapse")
    bare = cured.top.parent / "bare"
    cured.git("clone", "-q", "--bare", str(cured.top), str(bare))
    ran = cured.kscan("diff", "--preview", "--tree", str(bare), "HEAD~1..HEAD")
    assert (ran.returncode, "introduced: 1\n" in ran.stdout) == (1, True)
    for revision, status in (((), 1), (("--rev", "HEAD"), 1), (("--rev", "HEAD~1"), 0)):
        there = [*KSCAN, "scan", "--rule", "free-without-clearing", *revision, FILE]
        assert subprocess.run(there, cwd=bare, check=False).returncode == status
    tree = cured.top.parent / "detached"
    cured.git("worktree", "add", "-q", "--detach", str(tree), "HEAD~1")
    assert cured.kscan("hook", "--preview", "--tree", str(tree)).returncode == 0
    (tree / FILE).write_text((cured.top / FILE).read_text())
    subprocess.run(["git", "add", "-A"], cwd=tree, check=True)
    assert cured.kscan("hook", "--preview", "--tree", str(tree)).returncode == 1


def test_nothing_is_written_by_looking(cured: Repo) -> None:
    relapse(cured)
    cured.git("add", "-A")
    replace(cured, FREES, CURED)

    def state() -> list[tuple[str, int, bytes]]:
        files = sorted(p for p in cured.top.rglob("*") if p.is_file())
        return [(str(p), p.stat().st_mtime_ns, p.read_bytes()) for p in files]

    before = state()
    for args in (("hook",), ("diff",), ("diff", "--staged"), ("diff", "HEAD..HEAD")):
        cured.kscan(*args)
    assert state() == before


@pytest.mark.parametrize("name", ["pre-commit", "pre-push", "sendemail-validate"])
def test_an_earlier_hook_runs_first_and_decides(repo: Repo, name: str) -> None:
    hook = repo.top / ".git/hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ncat > seen\necho $1 >> seen\nexit 7\n")
    hook.chmod(0o755)
    for _ in range(2):  # a second time changes nothing
        assert repo.kscan("install-hook", name).returncode == 0
    ran = subprocess.run([hook, "one"], cwd=repo.top, input="a b c d\n", text=True, check=False)
    assert ran.returncode == 7
    assert (repo.top / "seen").read_text() == ("a b c d\none\n" if name == "pre-push" else "one\n")


@pytest.mark.parametrize("module", ["kscan", "click"])
def test_a_hook_runs_no_code_of_the_tree(cured: Repo, module: str) -> None:
    assert cured.kscan("install-hook").returncode == 0
    (cured.top / f"{module}.py").write_text("raise SystemExit('planted')\n")
    relapse(cured)
    said = cured.git("commit", "-qam", "refused", check=False)
    assert "planted" not in said
    assert "irq_map" in said


def test_a_hook_outlives_the_kscan_that_wrote_it(cured: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cured.kscan("install-hook").returncode == 0
    hook = cured.top / ".git/hooks/pre-commit"
    script = hook.read_text()
    first = re.findall(r"\[ -x (\S+) \]; then", script)[-1]
    hook.write_text(script.replace(first, "/nowhere/kscan"))
    tools = cured.top.parent / "bin"
    tools.mkdir()
    (tools / "kscan").write_text("#!/bin/sh\necho asked $*\nexit 3\n")
    (tools / "kscan").chmod(0o755)
    assert subprocess.run([hook], cwd=cured.top, check=False, capture_output=True).returncode == 127
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    ran = subprocess.run([hook], cwd=cured.top, check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (3, "asked hook\n")


def test_a_kscan_that_a_hook_could_not_run_writes_none(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH")
    code = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); sys.argv[0] = 'x'\n"
    code += f"from kscan.cli import main; main(['install-hook', '--tree', {str(repo.top)!r}])"
    isolated = [sys.executable, "-I", "-c", code]
    ran = subprocess.run(isolated, cwd="/", check=False, capture_output=True, text=True)
    installed = subprocess.run([sys.executable, "-I", "-m", "kscan", "--version"], cwd="/", check=False)
    assert ran.returncode == (2 if installed.returncode else 0)
    assert installed.returncode == 0 or "is not installed" in ran.stderr
    assert (repo.top / ".git/hooks/pre-commit").exists() == (installed.returncode == 0)


def test_hooks_go_where_git_looks_for_them(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "my hooks")
    assert repo.kscan("install-hook").returncode == 0
    assert os.access(repo.top / "my hooks/pre-commit", os.X_OK)


def test_a_hook_kept_earlier_is_not_overwritten(repo: Repo) -> None:
    for name in ("pre-push", "pre-push.before-kscan"):
        (repo.top / ".git/hooks").mkdir(exist_ok=True)
        (repo.top / ".git/hooks" / name).write_text(name)
    ran = repo.kscan("install-hook", "pre-push")
    assert ran.returncode == 2
    assert "is in the way" in ran.stderr
    assert (repo.top / ".git/hooks/pre-push").read_text() == "pre-push"


@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not installed")
def test_under_pre_commit(cured: Repo) -> None:
    hook = "{id: kscan, name: kscan, entry: '%s -m kscan hook --preview', language: system, "
    hook = hook % sys.executable + "types_or: [c, header], pass_filenames: false}"
    (cured.top / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n  - {hook}\n")
    cured.git("add", "-A")
    cured.git("commit", "-qm", "configure")
    subprocess.run(["pre-commit", "install"], cwd=cured.top, capture_output=True, check=True)
    replace(cured, "void pcibios_remove_bus", "/* carried */\nvoid pcibios_remove_bus")
    cured.git("commit", "-qam", "passes")
    relapse(cured)
    assert "free-without-clearing" in cured.git("commit", "-qam", "refused", check=False)
    assert "passes" in cured.git("log", "--oneline", "-1")
