"""``kscan install-hook``: writes a git hook that runs ``kscan hook``, after the one that is there."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click

from kscan.errors import InputError
from kscan.findings.plain import plain

_MARK = "# Written by kscan install-hook."
_ARGUMENTS = {
    "pre-commit": "",
    "pre-push": " --pre-push",
    "sendemail-validate": ' --mail "$1"',
}
_SCRIPT = """\
#!/bin/sh
{mark} The hook that was here before is {old}: it runs first.
input=
{read}
if [ -x "$(dirname "$0")/{old}" ]; then
	printf '%s' "$input" | "$(dirname "$0")/{old}" "$@" || exit $?
fi
# The kscan that wrote this; once that is gone, the one on the PATH.
kscan() {{
	if [ -x {first} ]; then {command} "$@"; else command kscan "$@"; fi
}}
printf '%s' "$input" | kscan hook{arguments}
"""
_READ = "input=$(cat && echo .) && input=${input%.}"  # the dot keeps the last line's end


@click.command()
@click.argument("name", type=click.Choice(sorted(_ARGUMENTS)), default="pre-commit")
@click.option("--tree", metavar="DIR", default=".", help="The repository.")
def command(name: str, tree: str) -> int:
    """Install a git hook: pre-commit (the default), pre-push or sendemail-validate.

    A hook that is there already is kept beside it and runs first. The hook runs the kscan that wrote it,
    or, when that is gone, the one on the PATH.
    """
    from kscan.sources.git import GitRepo  # noqa: PLC0415 - help does without

    program = _program()
    # rev-parse knows of core.hooksPath and of linked work trees; its answer is relative to the tree.
    where = GitRepo(tree).run("rev-parse", "--git-path", "hooks")
    hook = Path(tree, os.fsdecode(where).rstrip("\n"), name)
    _keep(hook)
    hook.parent.mkdir(parents=True, exist_ok=True)
    hook.write_text(_script(name, program), "utf-8")
    hook.chmod(0o755)
    click.echo(plain(f"wrote {hook}"))
    return 0


def _keep(hook: Path) -> None:
    """Move a hook that is not ours aside."""
    if not os.path.lexists(hook) or _is_ours(hook):
        return
    old = hook.with_name(_old_name(hook.name))
    if os.path.lexists(old):
        raise InputError(str(old), "is in the way: it was kept from an earlier hook", "remove one of them")
    hook.rename(old)


def _is_ours(hook: Path) -> bool:
    try:
        return _MARK in hook.read_text("utf-8", "replace")
    except OSError:
        return False  # a link that leads nowhere


def _program() -> list[str]:
    """What runs this kscan from any directory.  Raises InputError where nothing does."""
    beside = [Path(sys.argv[0]), Path(sys.executable).with_name("kscan")]
    script = next((path for path in beside if path.name == "kscan" and os.access(path, os.X_OK)), None)
    # -P: a hook runs in the tree, and no module may come from there.
    words = [str(script.absolute())] if script else [sys.executable, "-P", "-m", "kscan"]
    if subprocess.run([*words, "--version"], cwd=os.path.sep, capture_output=True, check=False).returncode:
        reason = "is not installed: it runs from its own directory only, and a hook runs in the tree"
        raise InputError("kscan", reason, "install it: pip install DIR_OF_KSCAN")
    return words


def _script(name: str, program: list[str]) -> str:
    return _SCRIPT.format(
        mark=_MARK,
        old=_old_name(name),
        read=_READ if name == "pre-push" else ": # nothing comes on standard input",
        first=shlex.quote(program[0]),
        command=shlex.join(program),
        arguments=_ARGUMENTS[name],
    )


def _old_name(name: str) -> str:
    return f"{name}.before-kscan"
