"""Revisions and the index as sources."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

import pytest

from kscan.errors import InputError
from kscan.sources.git import GitRepo
from kscan.sources.gitrev import GitIndex, GitRev, in_repository
from tests.sources.writers import git, repository

FILES = {
    "arch/a.c": "int a;\n",
    "arch/b.h": "int b;\n",
    "Kconfig": "config X\n",
    "odd name\n.c": "int odd;\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", FILES)


def test_a_revision_is_read_from_the_objects(repo: Path) -> None:
    (repo / "arch" / "a.c").write_text("changed in the work tree\n")
    source = GitRev(repo, "HEAD")
    assert source.paths(()) == ["arch/a.c", "arch/b.h", "odd name\n.c"]
    assert source.paths(("arch",)) == ["arch/a.c", "arch/b.h"]
    assert source.read("arch/a.c") == b"int a;\n"
    assert source.read("odd name\n.c") == b"int odd;\n"
    assert source.stamp("arch/a.c") == git(repo, "rev-parse", "HEAD:arch/a.c")
    assert source.stamps(("arch",)) == {path: source.stamp(path) for path in ("arch/a.c", "arch/b.h")}
    assert source.exists("arch")
    assert not source.exists("drivers")
    assert source.name == f"{repo}@HEAD"


def test_nothing_is_written(repo: Path) -> None:
    def state() -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in sorted(repo.rglob("*"))}

    before = state()
    source = GitRev(repo, "HEAD")
    source.read("arch/a.c")
    GitIndex(repo).read("arch/a.c")
    assert state() == before


def test_a_bare_repository_and_a_folder_below(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    assert GitRev(tmp_path / "bare.git", "main").read("arch/b.h") == b"int b;\n"
    assert GitRev(repo / "arch", "HEAD").read("arch/b.h") == b"int b;\n"


@pytest.mark.parametrize("rev", ["nope", "--help", "HEAD:arch/a.c", "", "HEAD\nHEAD"])
def test_a_bad_revision_is_one_line(repo: Path, rev: str) -> None:
    with pytest.raises(InputError, match="no such revision"):
        GitRev(repo, rev)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a git repository"):
        GitRepo(tmp_path)
    with pytest.raises(InputError, match="no such directory"):
        GitRepo(tmp_path / "none")


def test_no_git(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InputError, match="install git"):
        GitRev(repo, "HEAD")


def test_a_missing_object_is_named(repo: Path) -> None:
    source = GitRev(repo, "HEAD")
    blob = str(source.stamp("arch/a.c"))
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(InputError, match=f"object {blob[:12]} is missing"):
        source.read("arch/a.c")
    assert source.read("arch/b.h") == b"int b;\n"


def test_blobs_by_id(repo: Path) -> None:
    opened = GitRepo(repo)
    blob = git(repo, "rev-parse", "HEAD:arch/a.c")
    assert opened.blob(blob) == opened.blob(blob[:8]) == b"int a;\n"
    assert opened.blob("0123456789ab") is None
    assert opened.blob(git(repo, "rev-parse", "HEAD")) is None  # a commit
    assert opened.blob("HEAD:arch/a.c") is None
    assert opened.blob("ab\ncd") is None


def test_links_and_submodules_are_left_out(repo: Path) -> None:
    (repo / "link.c").symlink_to("arch/a.c")
    git(repo, "add", "link.c")
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{git(repo, 'rev-parse', 'HEAD')},sub.c")
    git(repo, "commit", "-q", "-m", "links")
    assert not {"link.c", "sub.c"} & set(GitRev(repo, "HEAD").paths(()))


def test_the_index_holds_what_is_staged(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "arch" / "a.c").write_text("staged\n")
    git(repo, "add", "arch/a.c")
    (repo / "arch" / "a.c").write_text("not staged\n")
    assert GitIndex(repo).read("arch/a.c") == b"staged\n"
    assert GitRev(repo, "HEAD").read("arch/a.c") == b"int a;\n"
    # A partial commit gives its hooks another index, and a relative name for it.
    other = repo / "other-index"
    shutil.copy(repo / ".git" / "index", other)
    monkeypatch.chdir(repo)
    monkeypatch.setenv("GIT_INDEX_FILE", "other-index")
    git(repo, "rm", "-q", "--cached", "arch/b.h")
    assert GitIndex(repo).paths(()) == ["arch/a.c", "odd name\n.c"]
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert "arch/b.h" in GitIndex(repo).paths(())


def test_a_hook_s_environment_does_not_redirect(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository(tmp_path / "other", {"x.c": "other\n"})
    monkeypatch.setenv("GIT_DIR", str(repo / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo / ".git" / "index"))
    assert GitRev(other, "HEAD").paths(()) == ["x.c"]


def test_forked_processes_do_not_share_a_pipe(repo: Path) -> None:
    source = GitRev(repo, "HEAD")
    source.read("arch/a.c")
    context = multiprocessing.get_context("fork")
    global _SOURCE  # noqa: PLW0603
    _SOURCE = source
    with context.Pool(2) as pool:
        results = pool.map(_child, ["arch/a.c", "arch/b.h"] * 20)
    assert results == [b"int a;\n", b"int b;\n"] * 20
    assert source.read("arch/b.h") == b"int b;\n"


_SOURCE: GitRev | None = None


def _child(path: str) -> bytes:
    assert _SOURCE is not None
    return _SOURCE.read(path)


def test_whether_git_need_be_asked(repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(tmp_path / "bare"))
    (tmp_path / "link").symlink_to(repo / "arch")
    assert [in_repository(p) for p in (repo, repo / "arch", tmp_path / "bare", tmp_path / "link")] == [
        True
    ] * 4
    assert not in_repository(tmp_path)
