"""YAML text to mappings and lists of text.

Scalars stay text: only the composer of PyYAML is used, not its constructor, which takes as long again and
turns ``on`` and ``no`` into truth values.  A module of its own, as a model from the cache needs no YAML.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from kscan.errors import RuleError
from kscan.kernel.read import COMMENT, ModelFile


def read(path: Path, *, may_be_empty: bool = False) -> tuple[ModelFile, bytes]:
    """The content of ``path`` and its bytes; RuleError where it cannot be read or is not a YAML mapping."""
    name = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RuleError(name, f"The file cannot be read: {error.strerror}.", "reinstall kscan") from error
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RuleError(name, "The file is not valid UTF-8.", "save it as UTF-8", line) from error
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise RuleError(name, f"The YAML is not valid: {error.problem}.", COMMENT, line) from error
    except yaml.YAMLError as error:
        raise RuleError(name, "The YAML is not valid.", "remove control characters") from error
    if node is None and may_be_empty:
        return ModelFile(name, text, {}), data
    if not isinstance(node, yaml.MappingNode):
        raise RuleError(name, "The file must hold a YAML mapping.", COMMENT, 1)
    return ModelFile(name, text, _mapping(node, name)), data


def _mapping(node: yaml.MappingNode, name: str) -> dict[str, object]:
    content: dict[str, object] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise RuleError(name, "A key is not text.", "write `key: value` lines", key.start_mark.line + 1)
        if key.value in content:
            reason = f"The key {key.value!r} occurs twice in one mapping."
            raise RuleError(name, reason, "join the two entries", key.start_mark.line + 1)
        content[key.value] = value.value if isinstance(value, yaml.ScalarNode) else _value(value, name)
    return content


def _value(node: yaml.Node, name: str) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name) for item in node.value]
    return node.value
