"""``python -m tests.benchmark.mails ARCHIVE``: how fast and how truly kscan reads a list, in what memory.

ARCHIVE is the git repository of a public-inbox epoch.  With ``--numstat``, what kscan reads of each mail is
compared with what ``git apply --numstat`` says of the same text, decoded by the standard library; with
``--tree``, the newest patches are laid over a tree and compared with ``git apply --check``.
Prints figures and judges nothing.
"""

# ruff: noqa: T201 - figures are what this is for

from __future__ import annotations

import argparse
import email
import re
import resource
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kscan.sources import Source
from kscan.sources.apply import ApplyResult, apply_patch
from kscan.sources.diff import Diff
from kscan.sources.git import GitRepo
from kscan.sources.inbox import read_inputs
from kscan.sources.mail import NoPatch, Patch, read_message, read_patch
from kscan.sources.series import Grouping, Series
from kscan.sources.tree import Tree
from tests.benchmark.difftext import diff_text

_ADDED = re.compile(rb":\d{6} 100\d{3} [0-9a-f]+ ([0-9a-f]+) [AM]\tm")
_HUNK = re.compile(rb"^@@ -\d", re.MULTILINE)
_NAMES = re.compile(rb"^(?:diff --git |--- \S)", re.MULTILINE)
_STEP = 20_000

Counts = dict[str, tuple[int, int]]  # path to lines added and removed


def main() -> None:
    options = _options()
    if options.numstat:
        numstat(options.archive, options.most)
    elif options.tree:
        recent(options.archive, options.tree, options.most or 200)
    else:
        speed(options.archive)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--numstat", action="store_true", help="compare with git apply --numstat")
    parser.add_argument("--tree", type=Path, help="lay the newest patches over this tree")
    parser.add_argument("-n", "--most", type=int, help="how many mails, or patches, from the newest on")
    return parser.parse_args()


# --- speed and memory


def speed(archive: Path) -> None:
    """Read all series of ``archive`` as ``kscan patch`` does."""
    total = len(list(_blobs(archive)))
    patches = 0
    seen: Counter[str] = Counter()
    start, wall = time.process_time(), time.perf_counter()
    for item in read_inputs([str(archive)]):
        if isinstance(item, Series):
            before = patches // _STEP
            patches += len(item.patches)
            seen["damaged patches"] += sum(patch.diff.damaged for patch in item.patches)
            if patches // _STEP != before:
                print(f"  after {patches} patches: {_peak()} MB")
        elif not item.harmless:
            seen[f"no patch: {item.reason}"] += 1
    cpu, wall = time.process_time() - start, time.perf_counter() - wall
    print(f"{total} mails, {patches} patches: {total / cpu:.0f} mails a second of CPU, ", end="")
    print(f"{total / wall:.0f} by the clock, {_peak()} MB at most")
    for what, number in seen.most_common():
        print(f"  {number} {what}")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


# --- against git apply --numstat


def numstat(archive: Path, most: int | None) -> None:
    """Compare the files and counts of each mail that is no reply and holds a diff of its own."""
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for name, data in _mails(archive, most):
            message = read_message(data)
            texts = list(_own_diffs(data))
            if message.subject.is_reply or not texts:
                continue
            found = read_patch(message)
            wanted = _counts_by_git(texts, Path(scratch))
            verdict = _verdict(found, wanted)
            seen[verdict] += 1
            if verdict not in {_SAME, _TOLD}:
                print(f"  {name}: {verdict}: {message.subject.title}")
    sound = seen[_SAME] + seen[_OTHER]
    print(f"{seen.total()} originals with a diff, {sound} of them sound to git; the same of {seen[_SAME]}")
    print(f"  ({100 * seen[_SAME] / max(1, sound):.2f} %)")
    for verdict, number in seen.most_common():
        print(f"  {number} {verdict}")


_SAME, _OTHER = "the same", "other files or counts"
_TOLD, _SILENT = "refused by git, told by kscan", "refused by git, not told by kscan"


def _verdict(found: Patch | NoPatch, wanted: Counts | None) -> str:
    diff = found.diff if isinstance(found, Patch) else Diff()
    if wanted is None:
        return _TOLD if diff.empty or diff.damaged or diff.not_handled else _SILENT
    # Symbolic links and the like are left out, with a word; git takes a -p0 diff for -p1.
    left = {item.path for item in diff.not_handled}
    mine = {file.path: (file.added, file.removed) for file in diff.files if file.path not in left}
    rest = {path: counts for path, counts in wanted.items() if path not in left}
    short = {path.partition("/")[2]: counts for path, counts in mine.items()}
    return _SAME if rest in (mine, short) else _OTHER


def _own_diffs(data: bytes) -> Iterator[bytes]:
    for part in email.message_from_bytes(data).walk():
        name = str(part.get_filename() or "").lower()
        plain = part.get_content_type() in {"text/plain", "text/x-patch", "text/x-diff"}
        if not part.is_multipart() and (plain or name.endswith((".patch", ".diff"))):
            payload = part.get_payload(decode=True)
            text = payload.replace(b"\r\n", b"\n") if isinstance(payload, bytes) else b""
            if _HUNK.search(text) and _NAMES.search(text):
                yield text


def _counts_by_git(texts: list[bytes], folder: Path) -> Counts | None:
    """What git says; None where it refuses one of the texts.  Binary files are left out."""
    counts: Counts = {}
    for text in texts:
        ran = subprocess.run(
            ["git", "apply", "--numstat", "-z", "-"], input=text, capture_output=True, cwd=folder, check=False
        )
        if ran.returncode:
            return None
        for line in filter(None, ran.stdout.split(b"\0")):
            added, removed, name = line.split(b"\t", 2)
            if added != b"-":
                counts[name.decode("utf-8", "surrogateescape")] = (int(added), int(removed))
    return counts


# --- against git apply --check


def recent(archive: Path, top: Path, most: int) -> None:
    """Lay the newest ``most`` patches over the tree at ``top``, each series as a chain."""
    mails = list(_mails(archive, most * 4))
    grouping = Grouping()
    found = [s for name, data in mails for s in grouping.take(read_message(data, name))]
    series = [s for s in (*found, *grouping.close()) if isinstance(s, Series)]
    tree = Tree(top)
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        for base, patch in islice(_chains(tree, series[::-1]), most):
            result = apply_patch(base, patch)
            refused = _refused_by_git(base, patch, Path(scratch))
            verdict = _against_git(result, refused)
            seen[verdict] += 1
            if "unlike" in verdict:
                print(f"  {patch.source}: {verdict}: {patch.name}: {result.refusals[:1]} {refused[:1]}")
    print(f"{seen.total()} patches on {tree.name}")
    for verdict, number in seen.most_common():
        print(f"  {number} {verdict}")


def _chains(tree: Source, series: list[Series]) -> Iterator[tuple[Source, Patch]]:
    for one in series:
        base: Source = tree
        for patch in one.patches:
            yield base, patch
            base = apply_patch(base, patch).overlay


def _against_git(result: ApplyResult, refused: list[str]) -> str:
    inexact = {item.how for item in result.files} - {"exact", "offset"}
    if not refused:
        return "applied by both" if not result.refusals else "refused, unlike git"
    if not result.refusals:
        return f"applied, git refuses: {', '.join(sorted(inexact))}" if inexact else "applied, unlike git"
    mine = {item.path for item in result.refusals} | {i.path for i in result.files if i.how in inexact}
    return (
        "refused by both, for the same files"
        if set(refused) <= mine
        else "refused for other files, unlike git"
    )


def _refused_by_git(base: Source, patch: Patch, scratch: Path) -> list[str]:
    """The files git would not apply the patch to."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        for path in {p for file in patch.diff.files for p in (file.old_path, file.new_path) if p}:
            if base.exists(path):
                copy = Path(folder, path)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(base.read(path))
        command = ["git", "apply", "--check", "-"]
        ran = subprocess.run(
            command, input=diff_text(patch.diff), capture_output=True, cwd=folder, check=False
        )
    said = re.findall(r"^error: (?:patch failed: )?(.*?)(?::\d+$|: )", ran.stderr.decode(), re.MULTILINE)
    return sorted(set(said)) if ran.returncode else []


# --- mails of a public-inbox


def _blobs(archive: Path) -> Iterator[str]:
    """The blobs of the mails, the oldest first."""
    repo = GitRepo(archive)
    for line in repo.stream("log", "--reverse", "--raw", "--no-abbrev", "--no-renames", "--format="):
        if match := _ADDED.match(line):
            yield match[1].decode()


def _mails(archive: Path, most: int | None) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the newest ``most`` mails (all of them for None), the oldest first."""
    repo = GitRepo(archive)
    blobs = list(_blobs(archive))
    for blob in blobs[-most:] if most else blobs:
        data = repo.blob(blob)
        if data is not None:
            yield blob[:12], data


if __name__ == "__main__":
    main()
