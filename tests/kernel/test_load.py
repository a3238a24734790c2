"""The kernel model: good and bad files, and what must hold of the one that is shipped."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kscan.errors import RuleError
from kscan.kernel.apis import Acquire, LoopMacro, Release, Transfer, Wipe
from kscan.kernel.entrypoints import Callback
from kscan.kernel.load import KernelModel, load_model
from kscan.kernel.phrase import Place

SHIPPED = Path(__file__).parents[2] / "rules" / "kernel"

APIS = """\
resources:
  node, reference, struct node:
    acquire result, null: find_node
    acquire result, null, same as 0, null ok: get_node
    acquire result, null, puts 1: next_node
    acquire arg 2, errno, at np: parse_node
    acquire result, null, managed: devm_node
    release arg 0, null ok: put_node
    transfer arg 1, success: give_node
    loop arg 1: for_each_node
  power, reference, advisory:
    acquire arg 0, errno, kept on failure: power_get
    release arg 0: power_put
  buffer, memory:
    acquire result, null, puts 0 on success: resize
    release arg 0, null ok: discard
  gate, lock, atomic:
    acquire global, never: close_gate
    release global: open_gate
may_return_null: look_up
never_returns: give_up
null_tolerant: {1: put_pair}
sleeps_by_gfp: {1: make}
wipes:
  arg 0, where 1 is 0: fill
predicates: {is_err: IS_ERR}
cleanups: node=put_node
guards: gate=close_gate
"""
LIFECYCLE = """\
levels:
  tree:
    trunk: struct trunk, struct stem
    leaf: struct leaf
phases: setup registration teardown
hooks:
  tree.leaf, teardown, per-object:
    drop_leaf(0): fall() calls it
    struct tree_ops.drop(1): fall() calls it
registers: {0: grow}
registered_member: {struct leaf: dev}
needs_registered:
  arg 1, fails, paint setup: paint_leaf
events: {teardown: LEAF_GONE}
ends_life: {struct leaf: "fall(0), struct tree_ops.burn(1)"}
"""
ENTRYPOINTS = """\
callbacks:
  arg 1, now, data 2, as 0: walk
tables:
  struct attribute:
    ATTR_RW: "attr_{0} show={0}_show store={1}"
calls:
  arg 0, module-init: start
drivers: {tree_driver: tree_register tree_unregister}
roots: {user space: "struct file_ops, struct attribute"}
chains:
  callback: struct bird.sing(2)
  arg 1, block 0: perch
  arg 0, event 1: whistle
"""
CONTEXT = """\
default_arch: oak
default_paths: arch/oak drivers/tree
headers: arch/{arch}/include include
core: drivers/tree
set: CONFIG_TREE CONFIG_MOSS
unset: CONFIG_FIRE
arches:
  oak: {aliases: quercus, paths: drivers/acorn/, unset: CONFIG_MOSS}
  elm: {set: CONFIG_FIRE}
"""
FILES = {"apis": APIS, "lifecycle": LIFECYCLE, "entrypoints": ENTRYPOINTS, "context": CONTEXT}


def write_model(folder: Path, **changed: str) -> Path:
    for name, text in (FILES | changed).items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture(scope="module")
def shipped() -> KernelModel:
    return load_model(SHIPPED)


def test_roles_by_function(tmp_path: Path) -> None:
    apis = load_model(write_model(tmp_path)).apis

    assert apis.acquires["next_node"] == (Acquire("next_node", "node", Place("result"), "null", puts=1),)
    assert apis.acquires["parse_node"][0].holder == Place("arg", 2, "np")
    assert apis.acquires["power_get"][0].kept_on_failure
    assert apis.acquires["get_node"][0].same_as == 0
    assert apis.null_tolerant["get_node"] == {0}
    assert apis.acquires["devm_node"][0].managed
    assert apis.acquires["resize"][0].puts_on_success
    assert apis.releases["put_node"] == (Release("put_node", "node", Place("arg", 0), null_ok=True),)
    assert apis.transfers["give_node"] == (
        Transfer("give_node", "node", Place("arg", 1), on_success_only=True),
    )
    assert apis.loops["for_each_node"] == LoopMacro("for_each_node", "node", 1)
    assert apis.releases_of["node"] == ("put_node",)
    assert apis.resources["node"].type == "struct node"
    assert apis.resources["power"].advisory
    assert apis.resources["gate"].atomic


def test_tables_include_what_the_roles_imply(tmp_path: Path) -> None:
    apis = load_model(write_model(tmp_path)).apis

    assert apis.may_return_null == {"look_up", "find_node", "next_node", "devm_node", "resize"}
    assert apis.returns_errno == {"parse_node", "power_get"}
    assert apis.null_tolerant["put_node"] == {0}
    assert apis.null_tolerant["next_node"] == {1}
    assert apis.null_tolerant["put_pair"] == {1}
    assert apis.wipes["fill"] == Wipe("fill", 0, 1)
    assert apis.cleanups == {"node": "put_node"}
    assert apis.guards == {"gate": "close_gate"}


def test_lifecycle(tmp_path: Path) -> None:
    lifecycle = load_model(write_model(tmp_path)).lifecycle

    assert lifecycle.level_of_type["struct stem"] == "tree.trunk"
    assert lifecycle.is_outer("tree.trunk", "tree.leaf")
    assert not lifecycle.is_outer("tree.leaf", "tree.trunk")
    assert lifecycle.hooks["drop_leaf"].field is None
    assert lifecycle.hooks["struct tree_ops.drop"].field == ("struct tree_ops", "drop")
    assert lifecycle.hooks["struct tree_ops.drop"].arg == 1
    assert lifecycle.phase_rank("registration") < lifecycle.phase_rank("teardown")
    assert lifecycle.needs_registered["paint_leaf"].role == "paint setup"
    assert lifecycle.events == {"LEAF_GONE": "teardown"}
    assert lifecycle.ends_life == {"fall": {"struct leaf": 0}, "struct tree_ops.burn": {"struct leaf": 1}}


def test_entry_points(tmp_path: Path) -> None:
    entrypoints = load_model(write_model(tmp_path)).entrypoints

    assert entrypoints.callbacks["walk"] == (Callback("walk", 1, "now", 2, 0),)
    assert entrypoints.tables["ATTR_RW"].bound(("size", "put")) == (
        "attr_size",
        (("show", "size_show"), ("store", "put")),
    )
    assert entrypoints.calls["start"].phase == "module-init"
    assert entrypoints.drivers["tree_driver"].unregister == "tree_unregister"
    assert entrypoints.roots["struct attribute"] == "user space"
    chains = entrypoints.chains
    assert (chains.registers, chains.calls) == ({"perch": (1, 0)}, {"whistle": (0, 1)})
    assert (chains.callback, chains.event) == (("struct bird", "sing"), 2)


@pytest.mark.parametrize(
    ("path", "arch"),
    [
        ("arch/oak/kernel/x.c", "oak"),
        ("drivers/acorn", "oak"),
        ("arch/elm", "elm"),
        ("kernel/x.c", ""),
        ("", ""),
    ],
)
def test_path_implies_architecture(tmp_path: Path, path: str, arch: str) -> None:
    assert load_model(write_model(tmp_path)).context.arch_of(path) == arch


def test_architecture_overrides_the_common_sets(tmp_path: Path) -> None:
    context = load_model(write_model(tmp_path)).context

    assert context.aliases["quercus"] == "oak"
    assert context.arches["oak"].defined == {"CONFIG_TREE"}
    assert context.arches["oak"].undefined == {"CONFIG_FIRE", "CONFIG_MOSS"}
    assert context.arches["elm"].defined == {"CONFIG_TREE", "CONFIG_MOSS", "CONFIG_FIRE"}
    assert context.arches["elm"].undefined == frozenset()


BAD = [
    ("apis", "never_returns: give_up", "never_return: give_up", 21, "unknown key 'never_return'"),
    ("apis", "node, reference, struct", "node, referral, struct", 2, "lacks one of the terms"),
    ("apis", "release arg 0: power_put", "free arg 0: power_put", 13, "unknown role 'free'"),
    ("apis", "release arg 0: power_put", "release arg x: power_put", 13, "'x' where an argument number"),
    ("apis", "release arg 0: power_put", "release slot 0: power_put", 13, "'slot 0', which is not a place"),
    ("apis", "release arg 0: power_put", "release arg 0, maybe: power_put", 13, "unknown term 'maybe'"),
    ("apis", "release arg 0: power_put", "release arg 0: power-put", 13, "'power-put', which is not a C"),
    (
        "apis",
        "release arg 0: power_put",
        "release arg 0: power_get",
        13,
        "both acquires and releases `power`",
    ),
    ("apis", "release arg 0: power_put", "release arg 0: put_node", 13, "tolerates other values"),
    ("apis", "release arg 0: power_put", "release arg 0: [power_put]", 13, "must be text, not a list"),
    (
        "apis",
        "acquire result, null: find_node",
        "acquire result, null: devm_node",
        7,
        "devm_node the same role twice",
    ),
    ("apis", "acquire result, null: find_node", "acquire result: find_node", 3, "lacks one of the terms"),
    ("apis", "    acquire arg 0, errno, kept on failure: power_get\n", "", 12, "which nothing acquires"),
    ("apis", "loop arg 1", "loop result", 10, "must say arg N"),
    ("apis", "give_up", "power_get", 21, "power_get never returns, yet"),
    ("apis", "may_return_null: look_up", "does_not_keep: discard", 20, "discard is said to keep nothing"),
    ("apis", "null_tolerant: {1: put_pair}", "null_tolerant: {one: put_pair}", 22, "'one' where an argument"),
    ("apis", "null_tolerant: {1: put_pair}", "null_tolerant: put_pair", 22, "must be a mapping, not text"),
    ("apis", "is_err: IS_ERR", "is_odd: IS_ERR", 26, "unknown key 'is_odd'"),
    ("apis", "cleanups: node=put_node", "cleanups: node", 27, "has 'node'"),
    ("apis", "gate=close_gate", "gate=open_gate", 28, "which acquires nothing"),
    ("apis", "resources:\n", "resources:\n\t", 2, "YAML is not valid"),
    ("apis", APIS, "- a\n- b\n", 1, "must hold a YAML mapping"),
    ("apis", "guards:", "may_return_null: other\nguards:", 28, "'may_return_null' occurs twice"),
    ("lifecycle", "drop_leaf(0)", "drop_leaf", 8, "'drop_leaf', which is not a hook"),
    ("lifecycle", "struct tree_ops.drop(1)", "drop_leaf(1)", 9, "names drop_leaf twice"),
    ("lifecycle", "tree.leaf, teardown", "tree.root, teardown", 7, "lacks one of the terms"),
    ("lifecycle", "tree.leaf, teardown", "tree.leaf, autumn", 7, "lacks one of the terms"),
    ("lifecycle", "per-object", "daily", 7, "must say how often"),
    ("lifecycle", "fall(0)", "fall", 15, "'fall', which is not a function"),
    ("lifecycle", "arg 1, fails", "arg 1, sinks", 13, "lacks one of the terms"),
    ("lifecycle", "teardown: LEAF_GONE", "winter: LEAF_GONE", 14, "unknown key 'winter'"),
    ("entrypoints", "arg 1, now, data 2, as 0", "arg 1, now, data 2", 2, "both `data N` and `as N`"),
    ("entrypoints", "show={0}_show", "show=", 5, "must be an instance and"),
    ("entrypoints", "struct bird.sing(2)", "sing", 11, "which is no field with its argument"),
    ("entrypoints", "arg 1, block 0", "arg 1", 12, "must have one of `block N` and `event N`"),
    ("entrypoints", "tree_register tree_unregister", "a b c", 8, "must name one or two functions"),
    ("context", "default_arch: oak", "default_arch: ash", 1, "'ash', which `arches` does not have"),
    ("context", "elm: {set: CONFIG_FIRE}", "elm: {set: A, unset: A}", 9, "takes A as both"),
    ("context", "aliases: quercus", "alias: quercus", 8, "unknown key 'alias'"),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "part"), BAD, ids=[f"{b[0]}-{b[4][:30]}" for b in BAD]
)
def test_bad_file_gives_one_sentence(
    tmp_path: Path, name: str, old: str, new: str, line: int, part: str
) -> None:
    text = FILES[name]
    assert old in text
    folder = write_model(tmp_path, **{name: text.replace(old, new, 1)})

    with pytest.raises(RuleError) as caught:
        load_model(folder)

    assert caught.value.what == str(folder / f"{name}.yaml")
    assert part in caught.value.reason
    assert caught.value.reason.endswith(".")
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    assert caught.value.line == line


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="cannot be read"):
        load_model(tmp_path)
    write_model(tmp_path)
    (tmp_path / "apis.yaml").write_bytes(b"resources:\n  \xff: a\n")
    with pytest.raises(RuleError, match="not valid UTF-8"):
        load_model(tmp_path)


def test_digest_changes_with_each_file(tmp_path: Path) -> None:
    digests = {load_model(write_model(tmp_path)).digest}
    for name, text in FILES.items():
        digests.add(load_model(write_model(tmp_path, **{name: text + "# more\n"})).digest)
    assert len(digests) == 1 + len(FILES)


def test_digest_does_not_depend_on_the_folder(tmp_path: Path, shipped: KernelModel) -> None:
    copy = tmp_path / "kernel"
    shutil.copytree(SHIPPED, copy)
    assert load_model(copy).digest == shipped.digest


def test_shipped_files_say_how_to_add_an_entry() -> None:
    for name in FILES:
        head = (SHIPPED / f"{name}.yaml").read_text().split("\n\n", 1)[0]
        assert all(line.startswith("#") for line in head.splitlines())
        assert "To add" in head


def test_shipped_releases_match_acquisitions(shipped: KernelModel) -> None:
    apis = shipped.apis
    held = {role.resource for group in apis.acquires.values() for role in group}
    for name, resource in apis.resources.items():
        assert name in held
        assert apis.releases_of[name]
        assert resource.nature == "lock" or not resource.atomic


def test_shipped_functions_do_not_contradict_themselves(shipped: KernelModel) -> None:
    apis = shipped.apis
    assert not apis.never_returns & (apis.acquires.keys() | apis.releases.keys() | apis.may_sleep)
    assert not apis.never_returns & apis.does_not_keep
    assert not apis.seldom_null & apis.may_return_null
    assert not apis.does_not_keep & apis.stores_argument.keys()
    assert not apis.loops.keys() & apis.acquires.keys()
    for group in apis.acquires.values():
        for role in group:
            assert role.failure != "never" or not role.kept_on_failure
            assert role.same_as < 0 or role.holder.kind == "result"
            assert not role.null_ok or (role.same_as >= 0 and role.failure == "null")
            assert role.failure not in ("null", "err_ptr", "null_or_err_ptr") or role.holder.kind != "global"


def test_shipped_cleanups_release(shipped: KernelModel) -> None:
    releasing = shipped.apis.releases.keys()
    assert set(shipped.apis.cleanups.values()) - releasing <= {"free_cpumask_var"}


def test_shipped_hooks_have_reasons(shipped: KernelModel) -> None:
    for hook in shipped.lifecycle.hooks.values():
        assert hook.why
        assert hook.field is None or hook.field[0].startswith("struct ")


def test_a_type_may_stand_in_several_families(shipped: KernelModel) -> None:
    lifecycle = shipped.lifecycle
    assert lifecycle.level_of_type["struct pci_dev"] == "pci.device"
    assert lifecycle.levels_of_type["struct pci_dev"] == ("pci.device", "powerpc pe.device")
    assert lifecycle.is_outer("pci.host", "pci.bus")


def test_shipped_phases_of_other_tables_exist(shipped: KernelModel) -> None:
    phases = set(shipped.lifecycle.phases)
    assert {call.phase for call in shipped.entrypoints.calls.values()} <= phases


def test_shipped_context(shipped: KernelModel) -> None:
    context = shipped.context
    assert context.arch_of("arch/powerpc/kernel") == context.default_arch
    assert context.arch_of("drivers/iommu/amd_iommu.c") == "x86"
    assert context.arch_of("drivers/pci/probe.c") == ""
    for arch in context.arches.values():
        assert not arch.defined & arch.undefined
