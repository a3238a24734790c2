"""Rules from their files: YAML text to typed rule, every error with file, line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
import yaml

from kscan.errors import InputError, RuleError
from kscan.rules.matchers import Matcher, find_matcher
from kscan.rules.schema import Rule, RuleFile, header_complaint, message_complaint, read_text

_KERNEL_MODEL = "kernel"  # the folder of rules/ that holds the kernel model, not rules
_Struct = TypeVar("_Struct", bound=msgspec.Struct)

# libyaml is some ten times as fast as the Python parser; PyYAML may have been built without it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def rule_files(root: Path) -> tuple[Path, ...]:
    """The rule files below ``root``, sorted; their stems are the rules' ids."""
    files = (f for f in root.glob("*/*.yaml") if f.parent.name != _KERNEL_MODEL)
    return tuple(sorted(files, key=lambda f: (f.parent.name, f.stem)))


def load_rules(root: Path, matcher_of: Callable[[str], Matcher] = find_matcher) -> tuple[Rule, ...]:
    """All rules below ``root``, by category and id.  Raises RuleError at the first wrong file."""
    if not root.is_dir():
        raise RuleError(str(root), "there is no such folder of rules")
    rules = tuple(load_rule(path, matcher_of) for path in rule_files(root))
    homes: dict[str, Path] = {}
    for rule in rules:
        if rule.id in homes:
            raise RuleError(str(rule.file), f"The id `{rule.id}` is already that of {homes[rule.id]}.")
        homes[rule.id] = rule.file
    return rules


def load_rule(path: Path, matcher_of: Callable[[str], Matcher] = find_matcher) -> Rule:
    """The rule of one file.  Raises RuleError with the line and the key that are wrong."""
    text = read_text(path)
    tree = _Tree(path, _compose(path, text))
    header = tree.convert(RuleFile)
    complaint = header_complaint(header, path)
    if complaint:
        tree.fail(*complaint)
    matcher = _matcher(tree, header.matcher, matcher_of)
    wrong = message_complaint(header.message, matcher.HOLES)
    if wrong:
        tree.fail("message", wrong)
    options = tree.convert(matcher.Options, "options")
    fields = {name: getattr(header, name) for name in RuleFile.__struct_fields__}
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return Rule(**(fields | {"options": options, "file": path, "digest": digest}))


def _matcher(tree: _Tree, name: str, matcher_of: Callable[[str], Matcher]) -> Matcher:
    try:
        return matcher_of(name)
    except InputError as error:
        tree.fail("matcher", f"{error.reason}; {error.remedy}.")


def _compose(path: Path, text: str) -> yaml.MappingNode:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 0
        raise RuleError(str(path), f"This is not YAML: {problem}.", line=line) from error
    finally:
        loader.dispose()
    if not isinstance(node, yaml.MappingNode):
        raise RuleError(str(path), "A rule file holds keys and values.", line=1)
    return node


class _Tree(msgspec.Struct, frozen=True):
    """The nodes of a YAML file, which know their lines."""

    path: Path
    root: yaml.MappingNode

    def convert(self, kind: type[_Struct], key: str = "") -> _Struct:
        """The value at ``key`` (empty: the whole file) as ``kind``."""
        value: Any = self._plain(self.root, "")
        if key:
            value = value.get(key, {})
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            self._explain(str(error), key, kind)

    def fail(self, key: str, sentence: str) -> NoReturn:
        """Raise the error for a key such as ``options.free[0]``."""
        named = f"key `{key}`: {sentence}" if key else sentence
        raise RuleError(str(self.path), named, line=self._line(key))

    def _explain(self, error: str, key: str, kind: type[msgspec.Struct]) -> NoReturn:
        # msgspec says "what - at `$.place`"; the place is left out at the top.
        what, _, place = error.partition(" - at `$")
        where = (key + place.rstrip("`")).lstrip(".")
        named = re.search(r"(missing required|unknown) field `(.*)`", what)
        if not named:
            self.fail(where, f"{what[:1].lower()}{what[1:]}.")
        field = f"{where}.{named[2]}" if where else named[2]
        if named[1] != "unknown":
            self.fail(field, "The key is missing.")
        # The known keys of nested values are not at hand here.
        known = kind.__struct_encode_fields__ if where == key else ()
        self.fail(field, "The key is unknown here" + _suggestion(named[2], known))

    def _plain(self, node: yaml.Node, where: str) -> Any:
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, where))
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(n, f"{where}[{i}]") for i, n in enumerate(node.value)]
        return _scalar(node)

    def _pairs(self, node: yaml.MappingNode, where: str) -> Iterator[tuple[str, Any]]:
        seen = set()
        for name, value in node.value:
            key = f"{where}.{name.value}" if where else str(name.value)
            if key in seen:
                line = name.start_mark.line + 1
                raise RuleError(str(self.path), f"key `{key}`: The key stands twice.", line=line)
            seen.add(key)
            yield str(name.value), self._plain(value, key)

    def _line(self, key: str) -> int:
        node: yaml.Node = self.root
        line = 1
        for part in re.findall(r"[^.\[\]]+", key):
            if isinstance(node, yaml.MappingNode):
                pair = next((p for p in node.value if p[0].value == part), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
                node = node.value[int(part)]
                line = node.start_mark.line + 1
            else:
                break
        return line


def _scalar(node: yaml.Node) -> Any:
    # Only what JSON knows: YAML 1.1 would make a date of 2024-01-02 and a number of 1:30.
    text = str(node.value)
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return text.lower() in {"true", "yes", "on"}
    if node.tag == "tag:yaml.org,2002:int" and re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    return text


def _suggestion(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; the keys are {', '.join(known)}." if known else "."
