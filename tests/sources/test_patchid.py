from __future__ import annotations

import re
from pathlib import Path

from kscan.sources.diffread import read_diff
from kscan.sources.patchid import patch_id
from tests.sources.writers import c_file, git


def test_the_ids_are_those_that_format_patch_writes(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q")
    (repo / "a.c").write_text(c_file())
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "first")
    base = git(repo, "rev-parse", "HEAD").strip()
    diffs = []
    for number, act in enumerate(("edit", "new", "rename", "delete", "last")):
        if act == "edit":
            (repo / "a.c").write_text(c_file().replace("stop_3(dev)", "halt_3(dev,  1)"))
            (repo / "b.c").write_text("int b;\n")
        elif act == "new":
            (repo / "c.c").write_text(c_file(3))
        elif act == "rename":
            git(repo, "mv", "a.c", "d.c")
            (repo / "d.c").write_text((repo / "d.c").read_text().replace("stop_5", "halt_5"))
        else:
            (repo / ("c.c" if act == "delete" else "b.c")).unlink()
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", str(number))
        diffs.append(git(repo, "show", "-M", "--format=", "HEAD"))
    mail = git(repo, "format-patch", "--stdout", "-1", f"--base={base}")
    wanted = re.findall(r"^prerequisite-patch-id: (\w+)$", mail, re.MULTILINE)
    assert wanted == [patch_id(read_diff(diff)) for diff in diffs[:-1]]
