"""A git repository, read through ``git`` itself without writing anything to it.

One ``git cat-file --batch`` process answers all content requests (some 5,600 blobs a second).  A process
forked off later starts one of its own, as two readers of one pipe would get each other's answers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TYPE_CHECKING

from kscan.errors import InputError
from kscan.regex import regex

if TYPE_CHECKING:
    import subprocess

_OTHER_REPOSITORY = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
_HEX = regex(r"[0-9a-f]{4,64}")


class MissingObjectError(InputError):
    """An object that the repository does not hold."""


class GitRepo:
    """A repository, bare or with a work tree, at or above ``directory``."""

    _batch: subprocess.Popen[bytes] | None = None  # also where __init__ did not come to its end

    def __init__(self, directory: str | os.PathLike[str], index_file: str | None = None) -> None:
        self._directory = os.fspath(directory)
        self._environment = _environment(index_file)
        self._batch_owner = 0
        if not os.path.isdir(self._directory):
            raise InputError(self._directory, "no such directory", "give a git repository")
        self.run("rev-parse", "--git-dir")

    @property
    def name(self) -> str:
        """The directory, as it was given."""
        return self._directory

    def run(self, *arguments: str) -> bytes:
        """What a reading git command prints.  Raises InputError with git's own words when it fails."""
        command = ("git", "-C", self._directory, "-c", "core.fsmonitor=false", *arguments)
        import subprocess  # noqa: PLC0415 - a tree need not be in a repository

        try:
            done = subprocess.run(command, env=self._environment, capture_output=True, check=False)
        except OSError as error:
            raise _no_git(error) from error
        if done.returncode:
            raise self._failure(done.stderr)
        return done.stdout

    def stream(self, *arguments: str) -> Iterator[bytes]:
        """The lines that a reading git command prints, as they come."""
        command = ("git", "-C", self._directory, "-c", "core.fsmonitor=false", *arguments)
        import subprocess  # noqa: PLC0415 - see run()

        with subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            yield from process.stdout

    def resolve(self, rev: str, kind: str) -> str:
        """The id of the commit, tree or blob that ``rev`` names."""
        try:
            found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{{kind}}}")
        except InputError as error:
            if "no such revision" not in error.reason:
                raise
            shallow = self.run("rev-parse", "--is-shallow-repository").strip() == b"true"
            remedy = (
                "this clone is shallow: git fetch --unshallow" if shallow else "see `git log`, or fetch it"
            )
            raise InputError(rev, f"no such revision in {self._directory}", remedy) from error
        return found.decode().strip()

    def blob(self, blob_id: str) -> bytes | None:
        """The content of a blob by its id, whole or abbreviated; None when it is missing or ambiguous."""
        if not _HEX.fullmatch(blob_id):
            return None
        kind, data = self._ask(blob_id)
        return data if kind == "blob" else None

    def read(self, blob_id: str, path: str) -> bytes:
        """The content of the blob that stands for ``path``.  Raises MissingObjectError without it."""
        kind, data = self._ask(blob_id)
        if kind != "blob":
            remedy = "the clone is shallow, partial or damaged: fetch it, or use a work tree"
            raise MissingObjectError(path, f"object {blob_id[:12]} is missing from {self._directory}", remedy)
        return data

    def close(self) -> None:
        """End the reading process, when this process started one."""
        batch, self._batch = self._batch, None
        if batch is None or self._batch_owner != os.getpid():
            return
        for pipe in (batch.stdin, batch.stdout):
            if pipe is not None:
                pipe.close()
        batch.wait()

    def __del__(self, finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # Bound early: at the end of the interpreter the module may have gone.
        if self._batch is not None and not finalizing():
            self.close()

    def _ask(self, name: str) -> tuple[str, bytes]:
        asked, answers = self._pipes()
        try:
            asked.write(name.encode() + b"\n")
            asked.flush()
            head = answers.readline().split()
            if len(head) != 3:
                return "", b""
            data = answers.read(int(head[2]))
            answers.read(1)
        except (OSError, ValueError) as error:
            raise InputError(self._directory, f"git cat-file ended: {error}", "try `git fsck`") from error
        return head[1].decode(), data

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._batch is None or self._batch_owner != os.getpid():
            import subprocess  # noqa: PLC0415 - see run()

            command = ("git", "-C", self._directory, "cat-file", "--batch")
            try:
                self._batch = subprocess.Popen(
                    command,
                    env=self._environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise _no_git(error) from error
            self._batch_owner = os.getpid()
        assert self._batch.stdin is not None
        assert self._batch.stdout is not None
        return self._batch.stdin, self._batch.stdout

    def _failure(self, stderr: bytes) -> InputError:
        lines = stderr.decode("utf-8", "replace").strip().splitlines()
        said = lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else "no such revision"
        remedy = ""
        if "not a git repository" in said:
            said, remedy = "is not a git repository", "give a directory inside a clone, or a plain tree"
        elif "must be run in a work tree" in said:
            said, remedy = (
                "is a bare repository: nothing is staged or edited here",
                "name revisions: REV..REV",
            )
        elif "dubious ownership" in said:
            said, remedy = "belongs to another user", "git config --global --add safe.directory <directory>"
        return InputError(self._directory, said, remedy)


def _environment(index_file: str | None) -> Mapping[str, str]:
    # A hook's environment speaks of the repository being committed to, which need not be the one read here.
    kept = {key: value for key, value in os.environ.items() if key not in _OTHER_REPOSITORY}
    if index_file is not None:
        kept["GIT_INDEX_FILE"] = index_file
    # No lock taken, no network for partial clones, no password prompt, messages in English.
    kept |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    return kept


def _no_git(error: OSError) -> InputError:
    return InputError("git", f"cannot be run: {(error.strerror or str(error)).lower()}", "install git")
