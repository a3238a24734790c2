"""Inputs of every kind, read to series."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import pytest

from kscan.sources.inbox import read_inputs
from kscan.sources.mail import Patch, read_message, read_patch
from kscan.sources.series import Series, Unreadable
from tests.sources.writers import c_file, diff, git, mail, patch_mail, repository

OLD = c_file(4)


def change(number: int) -> str:
    """A diff of its own for each number."""
    return diff(f"drivers/f{number}.c", OLD, OLD.replace("start_2(dev)", f"go_{number}(dev)"))


def member(number: int, total: int = 3, version: int = 1, **headers: str) -> bytes:
    """A mail of a threaded series; number 0 is its cover letter."""
    mark = f"v{version} " if version > 1 else ""
    root = f"<v{version}.0@example.org>"
    headers.setdefault("Message_ID", f"<v{version}.{number}@example.org>")
    if number:
        headers.setdefault("In_Reply_To", root)
        headers.setdefault("References", root)
        return patch_mail(change(number), f"[PATCH {mark}{number}/{total}] part {number}", **headers)
    tail = "base-commit: 0123456789ab\n"
    return mail(f"About it.\n\n-- \n2.40\n{tail}", f"[PATCH {mark}0/{total}] all of it", **headers)


def mbox(mails: Iterable[bytes]) -> bytes:
    return b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + data + b"\n" for data in mails)


def read(data: bytes, *, replies: bool = False, scissors: bool = False) -> list[Series | Unreadable]:
    return list(read_inputs(["-"], BytesIO(data), replies=replies, scissors=scissors))


def series(results: Iterable[Series | Unreadable]) -> list[Series]:
    found = [one for one in results if isinstance(one, Series) or not one.harmless]
    assert all(isinstance(one, Series) for one in found), found
    return [one for one in found if isinstance(one, Series)]


def names(one: Series) -> list[str]:
    return [patch.name for patch in one.patches]


def test_a_series_in_any_order() -> None:
    (one,) = series(read(mbox([member(3), member(0), member(2), member(1)])))
    assert names(one) == ["part 1", "part 2", "part 3"]
    assert (one.name, one.version, one.total, one.missing) == ("all of it", 1, 3, ())
    assert one.trailers.base_commit == "0123456789ab"
    assert one.cover is not None
    assert one.source == "stdin:4"


def test_versions_are_apart_and_duplicates_are_dropped() -> None:
    mails = [
        *(member(n) for n in range(4)),
        *(member(n) for n in range(4)),
        *(member(n, 3, 2) for n in range(4)),
    ]
    assert [(one.version, names(one)) for one in series(read(mbox(mails)))] == [
        (1, ["part 1", "part 2", "part 3"]),
        (2, ["part 1", "part 2", "part 3"]),
    ]


def test_what_is_missing_is_said() -> None:
    (one,) = series(read(mbox([member(0), member(1), member(3)])))
    assert one.missing == (2,)


def test_unthreaded_series_of_one_author() -> None:
    mails = [patch_mail(change(n), f"[PATCH {n}/2] part {n}", Message_ID=f"<{n}@x>") for n in (1, 2)]
    (one,) = series(read(mbox(mails)))
    assert names(one) == ["part 1", "part 2"]


def test_single_patches_replies_and_talk() -> None:
    mails = [
        patch_mail(change(1), "[PATCH] one", Message_ID="<1@x>"),
        mail("> quoted\n", "Re: [PATCH] one", Message_ID="<2@x>"),
        mail("Hello.\n", "a question", Message_ID="<3@x>"),
        mail(f"Try\n{change(2)}", "Re: [PATCH] one", Message_ID="<4@x>"),
        mail("Please pull.\n", "[PATCH] lost its diff", Message_ID="<5@x>"),
    ]
    one, unreadable = read(mbox(mails))
    assert isinstance(one, Series)
    assert isinstance(unreadable, Unreadable)
    assert (unreadable.reason, unreadable.source, unreadable.message_id) == ("no diff", "stdin:5", "5@x")
    assert len([found for found in read(mbox(mails), replies=True) if isinstance(found, Series)]) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "holds no mail and no diff"),
        (b"\n\n\n", "holds no mail and no diff"),
        (b"int main(void);\n", "holds no diff"),
        (mail(change(1), "Re: [PATCH] x"), "is a reply, not a patch"),
        (
            mbox([mail("x\n", "Re: x", Message_ID=f"<{n}@x>") for n in range(3)]),
            "holds no patch, only replies",
        ),
        (gzip.compress(patch_mail(change(1)))[:-20], "end-of-stream"),
        (b"\x1f\x8bnot gzip", "cannot be read"),
    ],
)
def test_an_input_without_a_patch_says_why(data: bytes, reason: str) -> None:
    unreadable = read(data)[0]
    assert isinstance(unreadable, Unreadable)
    assert reason in unreadable.reason


def test_mboxrd_quoting() -> None:
    text = diff("drivers/f.c", "a\n", "b\n") + "-- \n2.40\n\n>From the top\n>>From below\n"
    (message,) = (one.patches[0] for one in series(read(mbox([mail(f"Why.\n\n>From here\n---\n{text}")]))))
    assert message.text == "Why.\n\nFrom here"


def test_plain_diffs_mails_and_gzip_from_files_and_stdin(tmp_path: Path) -> None:
    for name, data in (
        ("fix.diff", change(1).encode()),
        ("fix.eml", patch_mail(change(1))),
        ("fix.mbox", mbox([patch_mail(change(1))])),
        ("fix.mbox.gz", gzip.compress(mbox([patch_mail(change(1))]))),
        ("fix.patch", b"From " + b"0" * 40 + b" Mon Sep 17 00:00:00 2001\n" + patch_mail(change(1))),
        ("crlf.eml", patch_mail(change(1)).replace(b"\n", b"\r\n")),
        ("mark.diff", b"\xef\xbb\xbf" + change(1).encode()),
        ("wide.diff", change(1).encode("utf-16")),
    ):
        (tmp_path / name).write_bytes(data)
        for found in (series(read_inputs([str(tmp_path / name)])), series(read(data))):
            assert [file.path for file in found[0].patches[0].diff.files] == ["drivers/f1.c"], name


def test_folders(tmp_path: Path) -> None:
    patches = tmp_path / "patches"
    patches.mkdir()
    for number in (0, 1, 2, 3):
        (patches / f"000{number}-part.patch").write_bytes(member(number))
    (patches / "notes.txt").write_text("no patch")
    assert names(series(read_inputs([str(patches)]))[0]) == ["part 1", "part 2", "part 3"]
    maildir = tmp_path / "mail"
    for sub in ("cur", "new", "tmp"):
        (maildir / sub).mkdir(parents=True)
    for number, sub in ((0, "cur"), (1, "new"), (2, "cur"), (3, "new")):
        (maildir / sub / f"{number}.host:2,S").write_bytes(member(number))
    assert names(series(read_inputs([str(maildir)]))[0]) == ["part 1", "part 2", "part 3"]


def test_a_quilt_folder_keeps_its_order_and_stays_inside(tmp_path: Path) -> None:
    quilt = tmp_path / "patches"
    quilt.mkdir()
    (tmp_path / "outside.patch").write_text(change(9))
    for name, number in (("a.patch", 1), ("b.patch", 2)):
        (quilt / name).write_text(change(number))
    (quilt / "series").write_text("# order\nb.patch -p1\na.patch\n")
    (one,) = series(read_inputs([str(quilt)]))
    assert names(one) == ["b.patch", "a.patch"]
    assert (one.total, one.missing) == (2, ())
    (quilt / "series").write_text("../outside.patch\na.patch\nnone.patch\n/etc/passwd\n")
    *missing, left = read_inputs([str(quilt)])
    assert [one.reason for one in missing if isinstance(one, Unreadable)] == [
        "is listed in the series file, and is no file of its folder"
    ] * 3
    assert isinstance(left, Series)
    assert (names(left), left.missing) == (["a.patch"], (1, 3, 4))


def test_a_series_in_several_files(tmp_path: Path) -> None:
    files = []
    for number in (3, 0, 1, 2):
        files.append(tmp_path / f"000{number}-part.patch")
        files[-1].write_bytes(member(number, Message_ID="", In_Reply_To="", References=""))
    everything = [str(file) for file in files]
    (one,) = read_inputs(everything)  # nothing is said of the cover letter
    assert isinstance(one, Series)
    assert names(one) == ["part 1", "part 2", "part 3"]
    assert one.cover is not None
    folder = tmp_path / "later"
    folder.mkdir()
    for number in (0, 1, 2, 3):
        (folder / f"{number}.eml").write_bytes(member(number, version=2))
    assert [(one.version, len(one.patches)) for one in series(read_inputs([*everything, str(folder)]))] == [
        (1, 3),
        (2, 3),
    ]


def test_a_cover_letter_alone_among_files(tmp_path: Path) -> None:
    (tmp_path / "cover").write_bytes(member(0))
    (tmp_path / "lone").write_text(change(1))
    paths = [str(tmp_path / "cover"), str(tmp_path / "lone"), str(tmp_path / "none")]
    found = list(read_inputs(paths))
    reasons = [one.reason for one in found if isinstance(one, Unreadable)]
    assert reasons == ["no such file or directory", "is a cover letter, without a patch"]
    assert len([one for one in found if isinstance(one, Series)]) == 1


def commit_mail(repo: Path, path: str, data: bytes) -> None:
    (repo / path).parent.mkdir(exist_ok=True)
    (repo / path).write_bytes(data)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "mail")


def test_public_inbox(tmp_path: Path) -> None:
    second = tmp_path / "v2" / "git" / "0.git"
    second.mkdir(parents=True)
    git(second, "init", "-q", "-b", "master")
    for number in range(4):
        commit_mail(second, "m", member(number))
    assert names(series(read_inputs([str(second)]))[0]) == ["part 1", "part 2", "part 3"]
    assert names(series(read_inputs([str(tmp_path / "v2")]))[0]) == ["part 1", "part 2", "part 3"]
    first = tmp_path / "v1"
    first.mkdir()
    git(first, "init", "-q", "-b", "master")
    for number in range(4):
        commit_mail(first, f"a{number}/" + "b" * 38, member(number))
    assert names(series(read_inputs([str(first)]))[0]) == ["part 1", "part 2", "part 3"]


def test_an_archive_is_read_on_from_where_it_was_left(tmp_path: Path) -> None:
    for epoch in (0, 1):
        repo = tmp_path / f"git/{epoch}.git"
        repo.mkdir(parents=True)
        git(repo, "init", "-q", "-b", "master")
        for number in (1, 2):
            mail = patch_mail(change(1), f"[PATCH] {epoch}.{number}", Message_ID=f"<{epoch}{number}@x>")
            commit_mail(repo, "m", mail)

    def told(since: str) -> tuple[list[str], list[str]]:
        found = list(read_inputs([str(tmp_path)], since=since))
        patches = [one.name for one in found if isinstance(one, Series)]
        return patches, [one.reason for one in found if isinstance(one, Unreadable) and one.harmless]

    patches, notes = told("")
    assert patches == ["0.1", "0.2", "1.1", "1.2"]
    heads = [note.split()[-5] for note in notes]
    assert told(heads[0])[0] == ["1.1", "1.2"]
    assert told(heads[1]) == ([], notes[1:])
    assert told("1990-01-31")[0] == patches
    (tmp_path / "git/2.git").mkdir()
    git(tmp_path / "git/2.git", "init", "-q")
    assert told("") == (patches, [*notes, "holds no mail yet"])
    shutil.rmtree(tmp_path / "git/2.git")
    assert told("2100-01-31")[0] == []
    (wrong,) = read_inputs([str(tmp_path)], since="lately")
    assert isinstance(wrong, Unreadable)
    assert "'lately' is neither a date nor a commit of the archive" in wrong.reason


def test_other_repositories_and_missing_inputs(tmp_path: Path) -> None:
    repo = repository(tmp_path / "linux", {"Makefile": "x"})
    (tmp_path / "empty").mkdir()
    for path, said in (
        (repo, "no public-inbox"),
        (tmp_path / "empty", "holds no mail"),
        (tmp_path / "none", "no such file"),
    ):
        (unreadable,) = read_inputs([str(path)])
        assert isinstance(unreadable, Unreadable)
        assert said in unreadable.reason


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [
        ("_MOST_MAIL_BYTES", 1 << 12, "is larger than"),
        ("_MOST_MAIL_LINES", 900, "has more than the 900 lines"),
    ],
)
def test_what_is_too_large_is_told_and_the_rest_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, said: str
) -> None:
    monkeypatch.setattr(f"kscan.sources.inbox.{limit}", most)
    large = change(1) + "\n".join(["words"] * 1000)
    (tmp_path / "large.diff").write_text(large)
    (tmp_path / "a.mbox").write_bytes(mbox([patch_mail(large, Message_ID="<1@x>"), patch_mail(change(1))]))
    for name, kinds in (("large.diff", [Unreadable]), ("a.mbox", [Unreadable, Series])):
        found = list(read_inputs([str(tmp_path / name)]))
        assert [type(one) for one in found] == kinds
        assert isinstance(found[0], Unreadable)
        assert said in found[0].reason


def test_one_bad_input_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "fix.diff").write_text(change(1))
    results = list(read_inputs([str(tmp_path / "none"), str(tmp_path / "fix.diff")]))
    assert [type(one) for one in results] == [Unreadable, Series]


def test_the_window_is_bounded() -> None:
    mails = (
        patch_mail(change(1), "[PATCH 1/2] half", Message_ID=f"<{n}@x>", References=f"<r{n}@x>")
        for n in range(600)
    )
    found = series(read(mbox(mails)))
    assert len(found) == 600
    assert all(one.missing == (2,) for one in found)


BENCH = Path(os.environ.get("KSCAN_BENCH", Path(__file__).parents[3] / "shared" / "bench")) / "nasty"


@pytest.mark.skipif(not BENCH.is_dir(), reason="the collection of odd mails is not here")
def test_the_collection_of_odd_mails() -> None:
    for case in json.loads((BENCH / "nasty.json").read_text()):
        message = read_message((BENCH / case["file"]).read_bytes())
        found = read_patch(message, replies=True)
        files = found.diff.files if isinstance(found, Patch) else ()
        damage = {item.kind for item in found.diff.damage} if isinstance(found, Patch) else set()
        expected = {file["path"]: (file["added"], file["removed"]) for file in case["expected"]["files"]}
        assert {file.path: (file.added, file.removed) for file in files} == expected, case["id"]
        assert damage - {"blank-context"} == set(case["damage"]), case["id"]
        assert message.subject.is_reply == case["is_reply"], case["id"]
