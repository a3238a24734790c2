"""The quick answer of ``kscan hook``: most commits touch no C file.

Everybody waits for it at every commit, so only ``os`` is imported and git is asked once; where the
answer is not surely "nothing", the command itself finds out.
"""

import os

_C_ENDINGS = (b".c", b".h")
_OTHER_QUESTIONS = ("--pre-push", "--mail", "--tree", "--help", "-h")
_ASK = ("git", "diff-index", "--cached", "--name-only", "-z", "--no-renames", "HEAD", "--")


def nothing_staged(options: list[str]) -> bool:
    """Whether it is surely the index that is asked about, and no C file of it is changed."""
    if any(option.startswith(_OTHER_QUESTIONS) for option in options) or "PRE_COMMIT_FROM_REF" in os.environ:
        return False
    names = _staged_names()
    return names is not None and not any(name.endswith(_C_ENDINGS) for name in names.split(b"\0"))


def _staged_names() -> bytes | None:
    """The names of the files that are staged, each ended by a NUL; None where git has no answer."""
    reader, writer = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, writer, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        # Not subprocess, whose imports take longer than git does.
        git = os.posix_spawnp(_ASK[0], _ASK, {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}, file_actions=actions)
    except OSError:
        os.close(reader)
        return None
    finally:
        os.close(writer)
    with open(reader, "rb") as answer:
        names = answer.read()
    _, status = os.waitpid(git, 0)
    return names if status == 0 else None
