from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kscan.errors import InputError, RuleError
from kscan.rules.load import load_rule, load_rules
from kscan.rules.matchers import Matcher, find_matcher, matcher_names
from kscan.rules.schema import KeptRule
from kscan.rules.select import select_rules

Make = Callable[..., Path]
Find = Callable[[str], Matcher]


def test_a_rule(make_rule: Make, matcher_of: Find) -> None:
    file = make_rule()
    rule = load_rule(file, matcher_of)
    assert (rule.id, rule.hazard, rule.category, rule.paths) == (
        "released-twice",
        "double-free",
        "memory",
        (),
    )
    options: Any = rule.options
    assert options.release[0].argument == 1
    assert rule.options_as(type(options)) is options
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(rule.kept()), type=KeptRule).rule()
    assert kept.options_as(type(options)) == options
    assert (kept.id, kept.file, kept.digest, kept.document) == (
        rule.id,
        rule.file,
        rule.digest,
        rule.document,
    )
    assert rule.text(call="kfree", object="p") == "kfree() releases p again"
    assert rule.info().document.startswith("# released-twice\n")


@pytest.mark.parametrize(
    ("change", "line", "sentence"),
    [
        (("id: released-twice", "id: Released"), 1, "key `id`: `Released` is not in kebab-case."),
        (("id: released-twice", "id: other"), 1, "key `id`: The rule is called `other`"),
        (
            ("class: double-free", "class: crash"),
            3,
            "key `class`: `crash` is no class; the classes are refcount-leak",
        ),
        (
            ("category: memory", "category: locking"),
            4,
            "key `category`: The category is `locking`, but the folder",
        ),
        (
            ("matcher: made-up", "matcher: magic"),
            5,
            "key `matcher`: There is no matcher `magic`; the matchers are",
        ),
        (("status: stable", "status: good"), 6, "key `status`: invalid enum value 'good'."),
        (("severity: error\n", ""), 1, "key `severity`: The key is missing."),
        (("severity:", "severty:"), 7, "key `severty`: The key is unknown here; did you mean `severity`?"),
        (("severity: error", "severity: error\nseverity: note"), 8, "key `severity`: The key stands twice."),
        (
            ("{call}()", "{caller}()"),
            9,
            "key `message`: Nothing fills the hole `{caller}`; the matcher binds `call`",
        ),
        (("{call}()", "{call.__class__}()"), 9, "must be a plain name"),
        (("{call}()", "{call:>99}()"), 9, "must be a plain name"),
        (("{call}()", "{call()"), 9, "key `message`: The message is no template"),
        (
            ("argument: 1", "argument: one"),
            13,
            "key `options.release[0].argument`: expected `int`, got `str`.",
        ),
        (("argument: 1", "argment: 1"), 13, "key `options.release[0].argment`: The key is unknown here."),
        (
            ("    - role: free\n      argument: 1\n", "    {}\n"),
            11,
            "key `options.release`: expected `array`",
        ),
        (
            ("  release:", "  relase:"),
            11,
            "key `options.relase`: The key is unknown here; did you mean `release`?",
        ),
        (
            ("options:\n  release:\n    - role: free\n      argument: 1\n", ""),
            1,
            "`options.release`: The key is missing",
        ),
        (("title: ", "title: [\n"), 4, "This is not YAML"),
    ],
    ids=lambda value: value[1].strip().replace("\n", " ")[:24] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_said_with_line_and_key(
    make_rule: Make, matcher_of: Find, change: tuple[str, str], line: int, sentence: str
) -> None:
    file = make_rule(change)
    with pytest.raises(RuleError) as error:
        load_rule(file, matcher_of)
    assert sentence in error.value.reason
    assert (error.value.what, error.value.line) == (str(file), line)


def test_files_that_hold_no_rule(tmp_path: Path, matcher_of: Find) -> None:
    file = tmp_path / "memory" / "a.yaml"
    file.parent.mkdir()
    for data in (b"", b"- a\n", b"text\n"):
        file.write_bytes(data)
        with pytest.raises(RuleError, match="holds keys and values"):
            load_rule(file, matcher_of)
    file.write_bytes(b"id: \xff\n")
    with pytest.raises(RuleError, match="not UTF-8"):
        load_rule(file, matcher_of)
    file.unlink()
    with pytest.raises(RuleError, match="cannot be read"):
        load_rule(file, matcher_of)


def test_values_stay_text(make_rule: Make, matcher_of: Find) -> None:
    # YAML 1.1 would read a date and a number in base 60.
    file = make_rule(("category: memory", "category: memory\nreferences: [2024-01-02, 1:30, 'x']"))
    assert load_rule(file, matcher_of).references == ("2024-01-02", "1:30", "x")


def test_all_rules_of_a_folder(make_rule: Make, matcher_of: Find, tmp_path: Path) -> None:
    make_rule()
    make_rule(("category: memory", "category: api"), id="other-thing", folder="api")
    (tmp_path / "rules" / "kernel").mkdir()
    (tmp_path / "rules" / "kernel" / "apis.yaml").write_text("the kernel model is no rule")
    rules = load_rules(tmp_path / "rules", matcher_of)
    assert [r.id for r in rules] == ["other-thing", "released-twice"]
    make_rule(("category: memory", "category: api"), folder="api")
    with pytest.raises(RuleError, match="already that of"):
        load_rules(tmp_path / "rules", matcher_of)
    with pytest.raises(RuleError, match="no such folder"):
        load_rules(tmp_path / "nowhere", matcher_of)


def test_digest_follows_the_text(make_rule: Make, matcher_of: Find) -> None:
    first = load_rule(make_rule(), matcher_of).digest
    changed = load_rule(make_rule(("error", "warning")), matcher_of).digest
    assert load_rule(make_rule(), matcher_of).digest == first != changed


@pytest.mark.parametrize(
    ("globs", "path", "covered"),
    [
        ("", "any/thing.c", True),
        ("drivers/pci", "drivers/pci/a/b.c", True),
        ("drivers/pci/", "drivers/pci2/b.c", False),
        ("drivers/*/a.c", "drivers/pci/a.c", True),
        ("drivers/*/a.c", "drivers/x/y/a.c", False),
        ("**/a?.c", "x/y/ab.c", True),
        ("**/a.c", "a.c", True),
        ("drivers/a.c, lib", "lib/x.c", True),
        ("drivers/a+.c", "drivers/aa.c", False),
    ],
)
def test_paths(make_rule: Make, matcher_of: Find, globs: str, path: str, covered: bool) -> None:
    names = ", ".join(f"'{g}'" for g in globs.split(", ") if g)
    rule = load_rule(make_rule(("options:", f"paths: [{names}]\noptions:")), matcher_of)
    assert rule.covers(path) is covered


def test_selection(make_rule: Make, matcher_of: Find) -> None:
    changes = {"stable-one": "stable", "new-one": "preview", "old-one": "deprecated"}
    rules = [
        load_rule(make_rule(("stable", status), id=name), matcher_of)
        for name, status in changes.items()
        if name != "stable-one"
    ]
    rules.append(load_rule(make_rule(id="stable-one"), matcher_of))

    def chosen(*names: str, preview: bool = False) -> set[str]:
        return {r.id for r in select_rules(rules, names, preview=preview)}

    assert chosen() == {"stable-one"}
    assert chosen(preview=True) == {"stable-one", "new-one"}
    assert chosen("old-one") == {"old-one"}
    assert chosen("memory") == {"stable-one"}
    assert chosen("double-free", preview=True) == {"stable-one", "new-one"}
    assert chosen("memory", "old-one") == {"stable-one", "old-one"}
    assert chosen("all") == set(changes)
    with pytest.raises(InputError, match="did you mean stable-one"):
        chosen("stabel-one")


@pytest.mark.parametrize("name", matcher_names())
def test_every_matcher_offers_what_the_protocol_names(name: str) -> None:
    matcher = find_matcher(name)
    assert isinstance(matcher.HOLES, frozenset)
    assert matcher.Options.__struct_config__.frozen
    assert matcher.Options.__struct_config__.forbid_unknown_fields
    assert callable(matcher.match)


def test_there_is_no_such_matcher() -> None:
    with pytest.raises(InputError, match="There is no matcher `magic`"):
        find_matcher("magic")
