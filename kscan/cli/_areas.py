"""``[paths]`` of a settings file: what is looked for, and how serious it is, in parts of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kscan.config import Area
from kscan.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from kscan.cli._settings import Setting

_KEYS = ("on", "off", "severity")
_SEVERITIES = ("error", "warning", "note")


def areas(setting: Setting) -> tuple[Area, ...]:
    """The areas that a ``paths`` table names, those within others after them.

    Raises InputError for what is no such table.
    """
    if not isinstance(setting.value, dict):
        raise _error(setting, "`paths` is no table", 'write [paths."drivers/pci"]')
    found = (_area(setting, path, table) for path, table in setting.value.items())
    return tuple(sorted(found, key=lambda area: area.path.count("/")))


def _area(setting: Setting, path: str, table: Any) -> Area:
    clean = path.strip("/")
    if not isinstance(table, dict):
        raise _error(setting, f"`paths.{path}` is no table", f'write [paths."{clean}"]')
    for key in table:
        if key not in _KEYS:
            remedy = did_you_mean(key, _KEYS, f"there are {', '.join(_KEYS)}")
            raise _error(setting, f"there is no setting `{key}` of a path", remedy)
    severity = table.get("severity")
    if severity is not None and severity not in _SEVERITIES:
        raise _error(setting, f"`paths.{path}.severity`: {severity!r} is not one of {', '.join(_SEVERITIES)}")
    return Area(clean, _names(setting, path, table, "on"), _names(setting, path, table, "off"), severity)


def _names(setting: Setting, path: str, table: dict[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _error(setting, f"`paths.{path}.{key}` must be a list of rules, categories or classes")
    return tuple(names)


def _error(setting: Setting, reason: str, remedy: str = "") -> InputError:
    return InputError(str(setting.file), reason, remedy, setting.line)
