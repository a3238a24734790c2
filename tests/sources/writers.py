"""Small writers of the mails, diffs and repositories that the tests of sources read."""

from __future__ import annotations

import difflib
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from kscan.errors import InputError
from kscan.sources import Stamp
from kscan.sources.overlay import git_blob_id
from kscan.sources.paths import is_c_file, select


class MemoryTree:
    """A source held in a dict."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.name = "memory"

    def paths(self, under: Iterable[str]) -> list[str]:
        return list(select(sorted(path for path in self.files if is_c_file(path)), under))

    def exists(self, path: str) -> bool:
        return path in self.files or any(other.startswith(path + "/") for other in self.files)

    def stamps(self, under: Iterable[str]) -> dict[str, Stamp]:
        return {path: self.stamp(path) for path in self.paths(under)}

    def stamp(self, path: str) -> str:
        return git_blob_id(self.read(path))

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise InputError(path, "no such file")
        return self.files[path]


def c_file(functions: int = 12) -> str:
    """A C file whose functions differ, with blank lines and lines of one brace."""
    parts = (
        f"static int probe_{number}(struct device *dev)\n{{\n\tint ret_{number};\n\n"
        f"\tret_{number} = start_{number}(dev);\n\tif (ret_{number})\n\t{{\n"
        f"\t\tstop_{number}(dev);\n\t}}\n\n\treturn ret_{number};\n}}\n"
        for number in range(functions)
    )
    return "\n".join(("#include <linux/of.h>\n", *parts))


def diff(path: str, old: str, new: str, *, git: bool = True, blobs: bool = True) -> str:
    """The diff from ``old`` to ``new`` as git writes it."""
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    head = f"diff --git a/{path} b/{path}\n" if git else ""
    if git and blobs:
        ids = git_blob_id(old.encode())[:12], git_blob_id(new.encode())[:12]
        head += f"index {ids[0]}..{ids[1]} 100644\n"
    return head + "".join(lines)


def mail(body: str | bytes, subject: str = "[PATCH] pci: fix it", **headers: str) -> bytes:
    """A mail; header names have ``_`` for ``-``."""
    fields = {
        "From": "A Writer <a@example.org>",
        "Subject": subject,
        "Date": "Mon, 1 Jan 2024 10:00:00 +0100",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    fields.setdefault("Message-ID", f"<{abs(hash((subject, body)))}@example.org>")
    head = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return (
        head.encode() + b"\n" + (body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body)
    )


def patch_mail(text: str, subject: str = "[PATCH] pci: fix it", **headers: str) -> bytes:
    """A mail with a commit message, a diff and a signature, as git format-patch makes it."""
    return mail(
        f"Say why.\n\nSigned-off-by: A Writer <a@example.org>\n---\n{text}-- \n2.40.1\n\n", subject, **headers
    )


def multipart(parts: Iterable[tuple[str, str]], boundary: str = "sep") -> str:
    """The body of a multipart mail: each part is its headers and its text."""
    pieces = [f"--{boundary}\n{head}\n\n{text}\n" for head, text in parts]
    return "".join(pieces) + f"--{boundary}--\n"


def git(directory: Path, *arguments: str) -> str:
    """Run git in a test repository."""
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ("git", "-C", str(directory), *identity, *arguments), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def repository(directory: Path, files: Mapping[str, str]) -> Path:
    """A repository with one commit of ``files``."""
    directory.mkdir(parents=True, exist_ok=True)
    git(directory, "init", "-q", "-b", "main")
    for path, text in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "first")
    return directory
