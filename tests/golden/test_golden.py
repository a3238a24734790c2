"""Every reporter against its golden files, from one shared list of findings."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from kscan.findings.fingerprint import fingerprint
from kscan.findings.model import (
    Coverage,
    Finding,
    Mail,
    PatchResult,
    Quoted,
    Report,
    RuleInfo,
    Skipped,
    Step,
)
from kscan.findings.summary import complaints, summary
from kscan.reports import Style, find_reporter, reporter_names

Golden = Callable[[str, str], None]

_EARLY = Finding(
    rule="setup-before-registration",
    hazard="ordering",
    severity="error",
    confidence="high",
    file="arch/powerpc/platforms/demo/pci.c",
    line=41,
    column=2,
    end_line=41,
    end_column=29,
    function="demo_probe",
    message="demo_init_dma() runs before pci_dev is registered",
    steps=(
        Step("drivers/pci/probe.c", 88, "pci_device_add", "calls the weak pcibios_add_device()"),
        Step(
            "arch/powerpc/kernel/pci.c", 12, "pcibios_add_device", "calls ops->setup, which is demo_setup()"
        ),
        Step("arch/powerpc/platforms/demo/pci.c", 41, "demo_setup", "sets up DMA"),
    ),
    conditions=("phb->controller_ops.setup is set", "false if the device is registered on every path"),
    fingerprint=fingerprint("setup-before-registration", "a.c", "demo_probe", "demo_init_dma(pdev);"),
    line_text="\tdemo_init_dma(pdev, name);",
    line_hash="271789c17abda88f:1",
)
_DANGLING = Finding(
    rule="free-without-clearing",
    hazard="dangling-pointer",
    severity="warning",
    confidence="medium",
    # Names and messages come from code and mails: nothing of them may reach a terminal as it is.
    file="drivers/pci/evil\x1b[31m\n\udcff.c",
    line=7,
    column=1,
    end_line=7,
    end_column=16,
    function="demo\u202etixe",
    message="kfree(phb->map\x07) leaves the pointer, \x9b2J \x7f \u200b",
    steps=(),
    conditions=(),
    fingerprint="0123456789abcdef",
    line_text="\u00e9\x1b[2J\udcffkfree(phb->map);",
)
_RULES = (
    RuleInfo(
        "setup-before-registration",
        "set up before the object is registered",
        "ordering",
        "error",
        "high",
        "stable",
        "# setup-before-registration\n\n## What it finds\n\nA set-up\nrole.\n\n## Why it matters\n\nLost.\n",
    ),
)
_COVERAGE = Coverage(
    files=3,
    functions=1,
    partial=1,
    context_files=12,
    skipped=(
        Skipped("drivers/pci/big.c", 0, "the file has 52428800 bytes", "raise --max-size"),
        Skipped("drivers/pci/odd.c", 17, "demo() was parsed in part", partial=True),
    ),
)
_SCAN = Report(("scan", "drivers/pci"), _COVERAGE, (_DANGLING, _EARLY), rules=_RULES)


_MAIL = Mail(
    author="J\u00f6rg \x1b[2J <author@example.org>",
    subject="[PATCH 1/2] pci: \x1b]0;title\x07 set up early",
    date="Thu, 1 Jan 2026 10:00:00 +0000",
    message_id="1@example.org",
    to="list@example.org",
    cc="me@example.org, Author <author@example.org>, other@example.org\r\nBcc: evil@example.org",
    references=("0@example.org",),
    hunks=(
        Quoted("drivers/pci/other.c", "@@ -1 +1 @@", 1, (" nothing",)),
        Quoted(
            "arch/powerpc/platforms/demo/pci.c",
            "@@ -29,12 +29,15 @@ demo_probe",
            29,
            (
                *(f" line {n}" for n in range(10)),
                "-gone",
                "+    demo_init_dma(pdev, name); /* \x1b[2J */",
                *(f"+added {n}" for n in range(4)),
            ),
        ),
    ),
)


def _patch_report() -> Report:
    line = "    demo_init_dma(pdev, name); /* \x1b[2J */"
    introduced = msgspec.structs.replace(_EARLY, status="introduced", column=5, end_column=30, line_text=line)
    elsewhere = msgspec.structs.replace(
        _DANGLING, status="introduced", file="drivers/pci/far.c", fingerprint="00000000000000fe"
    )
    fixed = msgspec.structs.replace(_DANGLING, status="fixed")
    carried = msgspec.structs.replace(_EARLY, status="carried", line=99, fingerprint="00000000000000ff")
    patches = (
        PatchResult(
            "[PATCH 1/2] pci: \x1b]0;title\x07 set up early",
            "series.mbox:1",
            "<1@example.org>",
            "applied",
            ("hunk 2 of a.c applied 3 lines below",),
            ("arch/powerpc/platforms/demo/pci.c",),
            (introduced, elsewhere, fixed, carried),
            mail=_MAIL,
        ),
        PatchResult(
            "[PATCH 2/2] pci: more", "series.mbox:2", "<2@example.org>", "refused", ("a.c, hunk 1: no",)
        ),
    )
    return Report(
        ("patch", "series.mbox"),
        _COVERAGE,
        patches[0].findings,
        patches,
        rules=_RULES,
        sender="Me <me@example.org>",
        date="Fri, 2 Jan 2026 10:00:00 +0000",
    )


_REPORTS = {"scan": _SCAN, "patch": _patch_report()}


@pytest.mark.parametrize("verbose", [False, True], ids=["brief", "verbose"])
@pytest.mark.parametrize("which", _REPORTS)
@pytest.mark.parametrize("reporter", reporter_names())
def test_report(golden: Golden, reporter: str, which: str, verbose: bool) -> None:
    text = "".join(find_reporter(reporter).render(_REPORTS[which], Style(verbose=verbose)))
    golden(f"{which}{'-verbose' if verbose else ''}.{reporter}", text)
    assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("which", _REPORTS)
def test_lines_about_the_run(golden: Golden, which: str) -> None:
    report = _REPORTS[which]
    lines = [*complaints(report, verbose=False), "", *complaints(report, verbose=True), "", summary(report)]
    golden(f"{which}.stderr", "\n".join(lines) + "\n")
