"""Settings: options from files, for what the command line leaves open.

The order is: command line, environment (``KSCAN_*``, which click reads), the nearest ``.kscan.toml``
from where one looks upwards to the top of the tree, ``[tool.kscan]`` of a ``pyproject.toml`` found
likewise, the user's ``kscan/config.toml``.  Files of a tree come from anybody, so they set only what
changes findings and how they are shown: never what code is run, what rules are loaded or where is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
from click.core import ParameterSource

from kscan.errors import InputError, did_you_mean

NAMES = (".kscan.toml", "pyproject.toml")
_PERSONAL = frozenset({"cache", "no-cache", "rules-dir", "jobs"})
PATHS = "paths"
"""The key of the settings for parts of a tree, a table and no option."""
_NEVER = frozenset({"tree", "rev", "config", "isolated", "show-settings", "help"})


class Setting(msgspec.Struct, frozen=True):
    """The value of an option (named as on the command line, without its hyphens), and where it is from."""

    value: Any
    file: Path
    line: int


def key_of(option: click.Option) -> str:
    """What an option is called in a file: its long name."""
    return max(option.opts, key=len).lstrip("-")


def user_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's own settings (XDG Base Directory specification)."""
    base = environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".config") / "kscan" / "config.toml"


def files_for(start: Path, top: Path) -> Iterator[Path]:
    """The files that count for what is at ``start`` in the tree at ``top``, the first one first."""
    here = start.resolve()
    folders = [here, *here.parents] if here.is_dir() else list(here.parents)
    last = top.resolve()
    folders = folders[: folders.index(last) + 1] if last in folders else folders[:1]
    for name in NAMES:
        found = next((folder / name for folder in folders if (folder / name).is_file()), None)
        if found is not None:
            yield found
    if user_file().is_file():
        yield user_file()


def read(files: Iterator[Path], known: Mapping[str, click.Option]) -> dict[str, Setting]:
    """The settings of ``files``, of which the first that has one counts.

    ``known`` are the options by key.  Raises InputError for what cannot be read and for unknown keys.
    """
    settings: dict[str, Setting] = {}
    for file in files:
        for key, setting in _read_file(file, known).items():
            settings.setdefault(key, setting)
    return settings


def typed(setting: Setting, option: click.Option, ctx: click.Context) -> Any:
    """The setting's value as the option has it.  Raises InputError where it cannot be one."""
    value = setting.value
    if option.multiple and isinstance(value, str):
        value = [value]
    wrong = isinstance(value, dict) or isinstance(value, bool) != option.is_flag
    if wrong or (isinstance(value, list) and not option.multiple):
        expected = "true or false" if option.is_flag else "a list" if option.multiple else "one value"
        raise _error(setting, f"`{key_of(option)}` must be {expected}")
    if isinstance(option.type, click.Path):
        value = _beside(setting.file, value)
    try:
        return option.type_cast_value(ctx, value)
    except click.BadParameter as error:
        raise _error(setting, f"`{key_of(option)}`: {error.message}") from error


def _beside(file: Path, value: Any) -> Any:
    """A path, or a list of them, as one from the working directory: in a file it starts where that lies."""
    if isinstance(value, list):
        return [_beside(file, item) for item in value]
    return os.path.relpath(file.parent / value) if isinstance(value, str) else value


def check_environment(known: Mapping[str, click.Option], environ: Mapping[str, str] = os.environ) -> None:
    """Refuse a ``KSCAN_*`` variable that is nearly an option's: a misspelt one would be heeded by nobody.

    What is like none may be somebody else's.  ``known`` are the options by key.  Raises InputError.
    """
    names = {option.envvar for option in known.values() if isinstance(option.envvar, str)}
    for name in environ:
        if name.startswith("KSCAN_") and name not in names:
            import difflib  # noqa: PLC0415 - hardly ever

            for meant in difflib.get_close_matches(name, names, n=1, cutoff=0.9):
                raise InputError(
                    name, "there is no such setting in the environment", f"did you mean {meant}?"
                )


def left_open(option: click.Option, ctx: click.Context) -> bool:
    """Whether neither the command line nor the environment says what an option is."""
    return ctx.get_parameter_source(option.name or "") in {None, ParameterSource.DEFAULT}


def _read_file(file: Path, known: Mapping[str, click.Option]) -> dict[str, Setting]:
    import tomllib  # noqa: PLC0415 - few runs find a file

    try:
        text = file.read_bytes().decode()
        table: Any = tomllib.loads(text)
    except OSError as error:
        raise InputError(str(file), (error.strerror or str(error)).lower()) from error
    except (ValueError, RecursionError) as error:  # of TOML and of UTF-8
        raise InputError(str(file), f"is no TOML: {error}", "mend it, or use --isolated") from error
    if file.name == "pyproject.toml":
        tools = table.get("tool")
        table = tools.get("kscan", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise InputError(str(file), "`tool.kscan` is no table", "write [tool.kscan]")
    settings = {key: Setting(value, file, _line(text, key)) for key, value in table.items()}
    for key, setting in settings.items():
        _check(key, setting, known)
    return settings


def _check(key: str, setting: Setting, known: Mapping[str, click.Option]) -> None:
    if key in _PERSONAL and setting.file.name in NAMES:
        raise _error(setting, f"`{key}` is not for the files of a tree", f"set it in {user_file()}")
    if key == PATHS or (key in known and key not in _NEVER):
        return
    allowed = sorted({*known, PATHS} - _NEVER)
    remedy = did_you_mean(key.replace("_", "-"), allowed, f"there are {', '.join(allowed)}")
    raise _error(setting, f"there is no setting `{key}`", remedy)


def _error(setting: Setting, reason: str, remedy: str = "") -> InputError:
    return InputError(str(setting.file), reason, remedy, setting.line)


def _line(text: str, key: str) -> int:
    """Where a key stands, 1-based; 0 where that cannot be told (tomllib does not say)."""
    name = rf"\[?(?:tool\.kscan\.)?[\"']?{re.escape(key)}[\"']?"
    match = re.search(rf"^[ \t]*{name}[ \t]*[=.\]]", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0
