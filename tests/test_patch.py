"""Patches as a whole on the small kernel of the corpus: what they introduce, fix and carry."""

from __future__ import annotations

import email
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kscan import cli
from kscan.config import Config
from kscan.findings.model import Report
from kscan.findings.summary import exit_status
from kscan.pipeline import change as change_module
from kscan.pipeline import judge
from kscan.pipeline.change import Change, Judgement, Latest
from kscan.pipeline.results import Result
from kscan.pipeline.setup import Setup
from kscan.pipeline.stages import analyse
from kscan.sources import Source
from kscan.sources.tree import Tree
from tests.sources.writers import diff, git, patch_mail

CORPUS = Path(__file__).parent / "corpus" / "kernel"
PSERIES = "arch/powerpc/platforms/pseries/pci.c"
FREE = "\t\tkfree(pdn->pe_num_map); // expect: undone-twice\n"
CURE = ("\tif (rc)\n" + FREE, "\tif (rc) {\n" + FREE + "\t\tpdn->pe_num_map = NULL;\n\t}\n")
HARMLESS = (
    "\tint rc;\n\n\tpdn->pe_num_map",
    '\tint rc;\n\n\tpr_info("enable");\n\tpdn->pe_num_map',
)

Judge = Callable[..., Report]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CORPUS, tmp_path / "tree"))


@pytest.fixture
def ask(tree: Path, tmp_path: Path) -> Judge:
    def ask(*texts: str | bytes, jobs: int = 1, cache: Path | None = None) -> Report:
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{number}.patch")
            files[-1].write_bytes(text.encode() if isinstance(text, str) else text)
        config = Config(tree=tree, rules=("undone-twice",), jobs=jobs, cache=cache)
        return judge(config, [str(f) for f in files])

    return ask


def change(*replacements: tuple[str, str], path: str = PSERIES, base: str = "") -> str:
    """The diff of ``path`` that makes the replacements, one after the other."""
    old = base or (CORPUS / path).read_text()
    new = old
    for before, after in replacements:
        assert new.count(before) == 1
        new = new.replace(before, after)
    return diff(path, old, new)


def outcomes(report: Report) -> list[tuple[str, list[str]]]:
    return [(p.outcome, [f.status for f in p.findings]) for p in report.patches]


@pytest.mark.parametrize(
    ("replacement", "expected"),
    [(CURE, ["fixed"]), (HARMLESS, ["carried"])],
    ids=["fixed", "carried"],
)
def test_what_becomes_of_a_finding(ask: Judge, replacement: tuple[str, str], expected: list[str]) -> None:
    report = ask(change(replacement))
    assert outcomes(report) == [("applied", expected)]
    assert [f.status for f in report.findings] == expected
    assert report.coverage.complete


def test_introduced(ask: Judge, tree: Path) -> None:
    cured = (tree / PSERIES).read_text().replace(*CURE)
    (tree / PSERIES).write_text(cured)
    report = ask(change((CURE[1], CURE[0]), base=cured))
    assert outcomes(report) == [("applied", ["introduced"])]
    (finding,) = report.findings
    assert (finding.file, finding.line, finding.function) == (PSERIES, 23, "pseries_sriov_enable")
    assert finding.line_text == FREE.rstrip("\n")


def test_a_carried_finding_stands_where_it_is_after_the_patch(ask: Judge) -> None:
    (finding,) = ask(change(HARMLESS)).findings
    assert (finding.status, finding.line) == ("carried", 24)


def test_a_series_fixes_what_it_introduced(ask: Judge, tree: Path) -> None:
    cured = (tree / PSERIES).read_text().replace(*CURE)
    (tree / PSERIES).write_text(cured)
    first = patch_mail(change((CURE[1], CURE[0]), base=cured), "[PATCH 1/2] a", Message_ID="<1@x>")
    second = patch_mail(change(CURE), "[PATCH 2/2] b", Message_ID="<2@x>", In_Reply_To="<1@x>")
    mbox = b"".join(b"From a@example.org Mon Jan  1 10:00:00 2024\n" + m for m in (first, second))
    assert outcomes(ask(mbox)) == [("applied", ["introduced"]), ("applied", ["fixed"])]


def test_a_tree_between_two_patches_of_a_file_is_judged_once(
    ask: Judge, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [(tree / PSERIES).read_text()]
    for replacement in (CURE, HARMLESS, (CURE[1], CURE[0])):
        texts.append(texts[-1].replace(*replacement))
    mails = [
        patch_mail(diff(PSERIES, old, new), f"[PATCH {n}/3] {n}", Message_ID=f"<{n}@x>", In_Reply_To="<1@x>")
        for n, (old, new) in enumerate(pairwise(texts), 1)
    ]
    series = b"".join(b"From a@example.org Mon Jan  1 10:00:00 2024\n" + m for m in mails)
    judged: list[object] = []

    def noted(setup: Setup, source: Source, *rest: Any, **options: Any) -> Result:
        judged.append(source)
        return analyse(setup, source, *rest, **options)

    monkeypatch.setattr(change_module, "analyse", noted)
    report = ask(series)
    assert outcomes(report) == [("applied", ["fixed"]), ("applied", []), ("applied", ["introduced"])]
    assert len(judged) == 4  # the tree, and what each patch makes of it
    assert ask(series, jobs=2) == report


def test_two_inputs_are_judged_one_by_one(ask: Judge) -> None:
    assert outcomes(ask(change(CURE), change(HARMLESS))) == [("applied", ["fixed"]), ("applied", ["carried"])]


def test_any_jobs_and_any_cache_give_the_same(ask: Judge, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cold = ask(change(CURE), cache=cache, jobs=2)
    assert ask(change(CURE), cache=cache, jobs=1) == cold
    assert ask(change(CURE)) == cold


def test_several_patches_are_judged_by_several_processes(
    ask: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patches = [change(CURE), change(HARMLESS), change(CURE), change(HARMLESS)]
    expected = ask(*patches)
    assert [statuses for _, statuses in outcomes(expected)] == [["fixed"], ["carried"]] * 2
    here: list[Change] = []
    judged = change_module.judge_change

    def noted(setup: Setup, change: Change, latest: Latest) -> Judgement:
        here.append(change)
        return judged(setup, change, latest)

    monkeypatch.setattr(change_module, "judge_change", noted)
    for cache in (tmp_path / "cache", None):
        assert ask(*patches, cache=cache, jobs=2) == expected
    assert len(here) == 2  # in this process the first of each run only


def test_what_a_process_does_not_come_through_is_judged_here(
    ask: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    patches = [change(CURE), change(HARMLESS), change(CURE)]
    expected = ask(*patches)
    mine = os.getpid()
    judged = change_module.judge_change

    def killed_elsewhere(setup: Setup, change: Change, latest: Latest) -> Judgement:
        if os.getpid() != mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return judged(setup, change, latest)

    monkeypatch.setattr(change_module, "judge_change", killed_elsewhere)
    assert ask(*patches, jobs=2) == expected


def test_what_patches_share_is_read_once(ask: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    read, stamps = Tree.read, Tree.stamps
    monkeypatch.setattr(Tree, "read", lambda tree, path: reads.update([path]) or read(tree, path))
    monkeypatch.setattr(Tree, "stamps", lambda tree, under: listed.update(under) or stamps(tree, under))
    ask(change(CURE), change(HARMLESS))
    around = {path: count for path, count in reads.items() if path != PSERIES}
    assert around
    # For its facts and a table, an architecture's headers for two: whatever the number of patches and sides.
    assert max(around.values()) <= 3
    assert max(listed.values()) == 1


@pytest.mark.parametrize("text", [b"", b"\n\n", diff("README", "a\n", "b\n").encode()])
def test_what_touches_no_c_file(ask: Judge, tree: Path, text: bytes) -> None:
    (tree / "README").write_text("a\n")
    report = ask(text)
    assert not report.findings
    assert [p.outcome for p in report.patches] in ([], ["empty"])


@pytest.fixture
def run(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(patch: str, *options: str) -> tuple[int, str, str]:
        (tmp_path / "a.patch").write_text(patch)
        with pytest.raises(SystemExit) as stopped:
            cli.main(["patch", str(tmp_path / "a.patch"), "--tree", str(tree), *options])
        out, err = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, out, err

    return run


def test_a_patch_that_does_not_apply_says_where_and_why(run: Any) -> None:
    patch = change(CURE).replace("kfree(pdn->pe_num_map)", "kvfree(pdn->nowhere)")
    status, out, err = run(patch)
    assert status == 2
    text = out + err
    assert PSERIES in text
    assert "hunk 1" in text
    assert "expected" in text
    assert "kvfree(pdn->nowhere)" in text
    assert "kfree(pdn->pe_num_map)" in text
    assert "Traceback" not in text


def test_a_patch_of_a_file_that_there_is_not(run: Any) -> None:
    status, out, err = run(diff("drivers/pci/none.c", "int a;\nint b;\n", "int a;\nint c;\n"))
    assert status == 2
    assert "drivers/pci/none.c" in out + err


def test_what_is_no_patch(run: Any) -> None:
    status, out, err = run("no patch at all\n")
    assert status in (0, 2)
    assert "a.patch" in out + err
    assert "Traceback" not in out + err


def test_a_series_goes_on_after_a_refused_patch(ask: Judge) -> None:
    broken = change(CURE).replace("kfree(pdn->pe_num_map)", "kvfree(pdn->nowhere)")
    report = ask(broken, change(CURE))
    assert outcomes(report) == [("refused", []), ("applied", ["fixed"])]
    assert not report.coverage.complete


def test_exit_status_tells_of_introduced_findings_only(run: Any, tree: Path) -> None:
    assert run(change(HARMLESS), "--rule", "undone-twice")[0] == 0
    cured = (tree / PSERIES).read_text().replace(*CURE)
    (tree / PSERIES).write_text(cured)
    status, out, _ = run(change((CURE[1], CURE[0]), base=cured), "--rule", "undone-twice", "--format", "json")
    assert status == 1
    assert [f["status"] for f in json.loads(out)["findings"]] == ["introduced"]


def test_neither_tree_nor_repository_is_written_to(run: Any, tree: Path) -> None:
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "first")
    before = (
        (tree / ".git/index").read_bytes(),
        git(tree, "status", "--porcelain"),
        (tree / PSERIES).read_bytes(),
    )
    assert run(change(CURE), "--rule", "undone-twice")[0] == 0
    assert run(change(CURE), "--rule", "undone-twice", "--rev", "HEAD")[0] == 0
    after = (
        (tree / ".git/index").read_bytes(),
        git(tree, "status", "--porcelain"),
        (tree / PSERIES).read_bytes(),
    )
    assert after == before


def test_a_draft_of_a_reply(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mbox = tmp_path / "p.mbox"
    cured = (tree / PSERIES).read_text().replace(*CURE)
    (tree / PSERIES).write_text(cured)
    relapse = diff(PSERIES, cured, (CORPUS / PSERIES).read_text())
    mbox.write_bytes(patch_mail(relapse))
    ask = ["patch", "--tree", str(tree), "--no-cache", "--rule", "undone-twice"]
    with pytest.raises(SystemExit) as stopped:
        cli.main([*ask, "--format", "mail-reply", str(mbox)])
    out, err = capsys.readouterr()
    assert (stopped.value.code, err) == (1, "")
    message = email.message_from_string(out)
    assert message["Subject"].startswith("Re: [PATCH")
    assert message["In-Reply-To"] in mbox.read_text()
    lines = str(message.get_payload()).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("Can this be freed twice?"))
    assert lines[at - 3].startswith("> ")
    assert "kfree(pdn->pe_num_map);" in lines[at - 3]
    plain_diff = tmp_path / "p.diff"
    plain_diff.write_text(relapse)
    with pytest.raises(SystemExit):
        cli.main([*ask, "--format", "mail-reply", str(plain_diff)])
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "nothing to reply to" in err


# --- series, versions and bases

HAZARD = (CURE[1], CURE[0])


def cure(tree: Path) -> str:
    """Write the tree's file without its hazard, and give its text."""
    cured = (tree / PSERIES).read_text().replace(*CURE)
    (tree / PSERIES).write_text(cured)
    return cured


def mbox(*mails: bytes) -> bytes:
    return b"".join(b"From a@example.org Mon Jan  1 10:00:00 2024\n" + m for m in mails)


def test_what_a_later_patch_fixes_is_named_and_fails_no_run(ask: Judge, tree: Path) -> None:
    cured = cure(tree)
    first = patch_mail(change(HAZARD, base=cured), "[PATCH 1/2] a", Message_ID="<1@x>")
    second = patch_mail(change(CURE), "[PATCH 2/2] b", Message_ID="<2@x>", In_Reply_To="<1@x>")
    report = ask(mbox(first, second))
    introduced, fixed = report.findings
    assert (introduced.fixed_by, fixed.fixed_by) == ("2/2: b", "")
    assert exit_status(report, "note") == 0
    assert exit_status(ask(mbox(first)), "note") == 1


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd.c", ".git/hooks/pre-commit"])
def test_a_patch_that_leads_out_of_the_tree_is_refused(run: Any, tree: Path, path: str) -> None:
    evil = f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a\n+b\n"
    for text in (evil, evil + change(HARMLESS)):
        status, out, err = run(text)
        assert status == 2
        assert f"{path}: left out: " in out
        assert err.splitlines()[0].endswith("(line 1) (no patch may touch it)")


def test_what_of_a_patch_is_not_read_is_told(run: Any) -> None:
    binary = "diff --git a/{0} b/{0}\nindex aaaa..bbbb\nBinary files a/{0} and b/{0} differ\n"
    assert run(binary.format("logo.ppm"))[0] == 0
    status, out, err = run(binary.format("drivers/x.c"))
    assert status == 2
    assert "drivers/x.c: left out: binary file (line 1)" in out
    assert "drivers/x.c: left out: binary file (line 1)\n" in err


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("@@ -", "the diff has no lines for it"),
        ("-ENOMEM;\n", "is cut off before its changes"),
        ("\n+", "is cut off: what follows is not judged (get the whole mail)"),
    ],
)
def test_a_patch_cut_in_the_middle_is_told(run: Any, end: str, said: str) -> None:
    text = change(CURE)
    status, _, err = run(text[: text.rindex(end) + len(end)])
    assert status == 2
    assert said in err


def test_coverage_is_that_of_all_patches(ask: Judge) -> None:
    first = patch_mail(change(HARMLESS), "[PATCH 1/2] a", Message_ID="<1@x>")
    other = change(("/* Buses", "/* More buses"), path="drivers/pci/probe.c")
    second = patch_mail(other, "[PATCH 2/2] b", Message_ID="<2@x>", In_Reply_To="<1@x>")
    alone = [ask(mbox(mail)).coverage.functions for mail in (first, second)]
    both = ask(mbox(first, second)).coverage
    assert (both.files, both.functions) == (2, sum(alone))


def test_only_the_needless_suppressions_of_the_patch_are_told(ask: Judge, tree: Path) -> None:
    comment = "/* kscan: ignore[undone-twice] -- why */\n"
    old = comment + cure(tree)
    (tree / PSERIES).write_text(old)
    again = comment + old
    (notice,) = ask(diff(PSERIES, old, again)).coverage.notices
    assert (notice.file, notice.line) == (PSERIES, 2)
    assert "hides nothing" in notice.message
    assert not ask(diff(PSERIES, old, old + "\n")).coverage.notices


def test_the_line_of_the_patch_is_named(ask: Judge, tree: Path) -> None:
    text = change(HAZARD, base=cure(tree))
    (finding,) = ask(text).findings
    line = text.split("\n")[finding.patch_line - 1]
    assert line.startswith(("+", "-"))
    assert "pe_num_map" in line


def test_a_version_against_the_one_before(ask: Judge, tree: Path) -> None:
    bad = patch_mail(change(HAZARD, base=cure(tree)), "[PATCH] pci: it", Message_ID="<1@x>")
    again = bad.replace(b"[PATCH]", b"[PATCH v2]").replace(b"<1@x>", b"<2@x>")
    report = ask(mbox(bad, again))
    assert [(f.status, f.seen_in) for f in report.findings] == [("introduced", ""), ("introduced", "v1")]
    assert [(s.previous, len(s.gone), len(s.kept), len(s.new)) for s in report.series] == [
        (0, 0, 0, 0),
        (1, 0, 1, 0),
    ]
    harmless = change(HARMLESS, base=(tree / PSERIES).read_text())
    better = patch_mail(harmless, "[PATCH v2] pci: it", Message_ID="<3@x>")
    first, second = ask(mbox(bad, better)).series
    assert (first.gone, len(second.gone), second.kept, second.new) == ((), 1, (), ())


def test_a_version_that_was_not_judged_as_a_whole_says_nothing_of_the_other(ask: Judge, tree: Path) -> None:
    bad = patch_mail(change(HAZARD, base=cure(tree)), "[PATCH 1/2] pci: it", Message_ID="<1@x>")
    again = bad.replace(b"[PATCH", b"[PATCH v2").replace(b"<1@x>", b"<2@x>")
    harmless = patch_mail(change(HARMLESS, base=(tree / PSERIES).read_text()), "[PATCH 1/2] pci: it")
    assert [len(s.kept) for s in ask(mbox(bad, again)).series] == [0, 1]
    better = harmless.replace(b"[PATCH", b"[PATCH v2")
    for first, second in ((bad, better), (harmless, again)):
        _, later = ask(mbox(first, second)).series
        assert (later.previous, later.gone, later.new) == (1, (), ())


def test_a_renamed_file_carries_its_finding(ask: Judge) -> None:
    new_name = PSERIES.replace("pci.c", "pci_renamed.c")
    text = (
        f"diff --git a/{PSERIES} b/{new_name}\nsimilarity index 90%\n"
        f"rename from {PSERIES}\nrename to {new_name}\n"
    )
    text += "".join(change(HARMLESS).splitlines(keepends=True)[2:]).replace(
        f"+++ b/{PSERIES}", f"+++ b/{new_name}"
    )
    report = ask(text)
    assert outcomes(report) == [("applied", ["carried"])]
    assert report.findings[0].file == new_name


def test_what_a_callee_no_longer_does_shows_in_its_callers(ask: Judge, tree: Path) -> None:
    helper, caller = "drivers/pci/helper.c", "drivers/pci/caller.c"
    good = "void pci_give_back(struct thing *t)\n{\n\tkfree(t->map);\n\tt->map = NULL;\n}\n"
    bad = good.replace("\tt->map = NULL;\n", "")
    (tree / helper).write_text(good)
    (tree / caller).write_text("void pci_use(struct thing *t)\n{\n\tpci_give_back(t);\n}\n")
    report = ask(diff(helper, good, bad))
    assert report.patches[0].outcome == "applied"
    assert report.coverage.files == 2  # the caller was looked at, too


def test_a_tree_of_another_version_is_passed_over_for_the_base_commit(ask: Judge, tree: Path) -> None:
    git(tree, "init", "-q")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "first")
    commit = git(tree, "rev-parse", "HEAD").strip()
    text = change(CURE)
    (tree / PSERIES).write_text("int other;\n")
    git(tree, "commit", "-q", "-a", "-m", "second")
    plain = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("index "))
    assert [p.outcome for p in ask(plain).patches] == ["refused"]
    report = ask(patch_mail(plain + f"-- \n2.40\n\nbase-commit: {commit}\n"))
    assert outcomes(report) == [("applied", ["fixed"])]
    assert report.patches[0].base == f"base-commit {commit[:12]}"
    report = ask(text)  # the blob id alone finds the file, too
    assert outcomes(report) == [("applied", ["fixed"])]
    assert "from the repository" in report.patches[0].notes[0]


def test_a_series_goes_over_the_one_it_depends_on(ask: Judge, tree: Path) -> None:
    cured = cure(tree)
    first = patch_mail(change(HAZARD, base=cured), "[PATCH] a", Message_ID="<1@x>")
    second = patch_mail("Depends-on: <1@x>\n---\n" + change(CURE), "[PATCH] b", Message_ID="<2@x>")
    report = ask(mbox(first, second))
    assert outcomes(report) == [("applied", ["introduced"]), ("applied", ["fixed"])]
    alone = ask(mbox(second))
    assert alone.series[0].needs == ("depends-on: <1@x>",)
    assert [p.outcome for p in alone.patches] == ["refused"]


def test_without_a_tree_the_hunks_are_judged_at_low_confidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cured = (CORPUS / PSERIES).read_text().replace(*CURE)
    whole = f"diff --git a/{PSERIES} b/{PSERIES}\nnew file mode 100644\n--- /dev/null\n+++ b/{PSERIES}\n"
    lines = (CORPUS / PSERIES).read_text().splitlines()
    whole += f"@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)
    (tmp_path / "whole.patch").write_text(whole)
    (tmp_path / "part.patch").write_text(change(HAZARD, base=cured))
    monkeypatch.chdir(tmp_path)
    report = judge(Config(rules=("undone-twice",)), ["whole.patch", "part.patch"])
    assert [p.outcome for p in report.patches] == ["applied", "applied"]
    assert all("at low confidence" in p.notes[0] and p.base == "the hunks alone" for p in report.patches)
    assert {f.confidence for f in report.findings} <= {"low"}
    assert report.coverage.complete
