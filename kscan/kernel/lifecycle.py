"""Lifecycles: levels of objects; hooks with level, phase and multiplicity; registration and what needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from kscan.kernel.phrase import Phrase
from kscan.kernel.read import ModelFile
from kscan.regex import regex

RUNS = frozenset({"per-object", "repeats", "unordered", "deferrable", "optional"})


class Level(msgspec.Struct, frozen=True, gc=False):
    """A level of containment: for one object of an outer level there are many of an inner (deeper) one."""

    name: str  # "pci.bus"
    family: str
    depth: int
    types: tuple[str, ...]  # struct types of its objects


class Hook(msgspec.Struct, frozen=True, gc=False):
    """A function, or ops field, that the kernel calls at a known point in an object's life."""

    name: str  # "pcibios_remove_bus" or "struct pci_ops.read"
    level: str
    arg: int  # which argument is the object
    phase: str
    runs: frozenset[str]  # of RUNS
    why: str  # the place it is called from

    @property
    def field(self) -> tuple[str, str] | None:
        """Struct type and field where the hook is an ops field, else None."""
        owner, dot, field = self.name.rpartition(".")
        return (owner, field) if dot else None


class NeedsRegistered(msgspec.Struct, frozen=True, gc=False):
    """A function whose argument must be registered (visible in sysfs) by then."""

    function: str
    arg: int
    role: str  # name of the set-up, for messages: "sysfs setup"
    otherwise: str  # fails: an error or a warning; skips: nothing is done, silently
    member: str = ""


class Lifecycle(msgspec.Struct, frozen=True, gc=False):
    """The lifecycle model with look-ups by name."""

    levels: Mapping[str, Level]
    level_of_type: Mapping[str, str]  # "struct pci_bus" -> "pci.bus"; the first family that has the type
    levels_of_type: Mapping[str, tuple[str, ...]]  # the same, in every family
    phases: tuple[str, ...]  # in the order of an object's life
    hooks: Mapping[str, Hook]  # by name, fields as "struct pci_ops.read"
    registers: Mapping[str, int]  # function -> argument that it registers
    unregisters: Mapping[str, int]
    registered_member: Mapping[str, str]  # "struct pci_dev" -> "dev": the part of it that is registered
    registered_field: frozenset[str]  # "struct kobject.state_in_sysfs": set by registration only
    registered_tests: Mapping[str, int]  # function -> argument that it tests for registration
    needs_registered: Mapping[str, NeedsRegistered]
    events: Mapping[str, str]  # notifier event -> phase
    init_order: Mapping[str, int]  # macro that names an init function -> its level, the lowest first
    ends_life: Mapping[
        str, Mapping[str, int]
    ]  # function -> struct type -> argument whose object ends with the call
    callers_end_life: Mapping[
        str, Mapping[str, int]
    ]  # hook -> struct type -> argument that dies right after the hook

    def phase_rank(self, phase: str) -> int:
        """The place of ``phase`` in an object's life."""
        return self.phases.index(phase)

    def is_outer(self, outer: str, inner: str) -> bool:
        """Whether ``outer`` contains ``inner``: both levels of one family."""
        first, second = self.levels[outer], self.levels[inner]
        return first.family == second.family and first.depth < second.depth


_KEYS = frozenset(
    {
        "levels",
        "phases",
        "hooks",
        "registers",
        "unregisters",
        "registered_member",
        "registered_field",
        "registered_tests",
        "needs_registered",
        "events",
        "init_order",
        "ends_life",
        "callers_end_life",
    }
)
_HOOK = regex(r"((?:(?:struct|union) \w+\.)?\w+)\((\d+)\)\Z")


def parse_lifecycle(file: ModelFile) -> Lifecycle:
    """The model in lifecycle.yaml; RuleError for what is wrong in it."""
    content = file.content
    file.only(content, _KEYS)
    levels = _levels(file)
    phases = file.words(content.get("phases"), "phases")
    by_type: dict[str, tuple[str, ...]] = {}
    for level in levels.values():
        for kind in level.types:
            by_type[kind] = (*by_type.get(kind, ()), level.name)
    return Lifecycle(
        levels=levels,
        level_of_type={kind: names[0] for kind, names in by_type.items()},
        levels_of_type=by_type,
        phases=phases,
        hooks=_hooks(file, levels, phases),
        registers=_one_argument(file, "registers"),
        unregisters=_one_argument(file, "unregisters"),
        registered_member={
            kind: file.string(member, "registered_member", kind)
            for kind, member in file.mapping(content.get("registered_member"), "registered_member").items()
        },
        registered_field=frozenset(file.items(content.get("registered_field"), "registered_field")),
        registered_tests=_one_argument(file, "registered_tests"),
        needs_registered=_needs_registered(file),
        events=_events(file, phases),
        init_order={
            name: rank
            for rank, group in enumerate(file.items(content.get("init_order"), "init_order"))
            for name in group.split()
        },
        ends_life=_ends(file, "ends_life"),
        callers_end_life=_ends(file, "callers_end_life"),
    )


def _levels(file: ModelFile) -> dict[str, Level]:
    levels = {}
    for family, entry in file.mapping(file.content.get("levels"), "levels").items():
        for depth, (name, types) in enumerate(file.mapping(entry, "levels", family).items()):
            kinds = file.items(types, "levels", family, name)
            levels[f"{family}.{name}"] = Level(f"{family}.{name}", family, depth, kinds)
    return levels


def _hooks(file: ModelFile, levels: Mapping[str, Level], phases: tuple[str, ...]) -> dict[str, Hook]:
    hooks: dict[str, Hook] = {}
    known_phases = frozenset(phases)
    for text, entry in file.mapping(file.content.get("hooks"), "hooks").items():
        phrase = Phrase(file, text, "hooks")
        level = phrase.one_of(frozenset(levels))
        phase = phrase.one_of(known_phases)
        runs = frozenset(phrase.rest())
        if not runs or not runs <= RUNS:
            file.fail(
                f"`hooks: {text}` must say how often they run.",
                f"end with {', '.join(sorted(RUNS))}",
                "hooks",
                text,
            )
        for name, arg, why in _entries(file, entry, "hooks", text):
            if name in hooks:
                file.fail(f"`hooks` names {name} twice.", "keep one entry", "hooks", text, f"{name}({arg})")
            hooks[name] = Hook(name, level, arg, phase, runs, why)
    return hooks


def _entries(file: ModelFile, entry: object, *where: str) -> Iterator[tuple[str, int, str]]:
    for key, why in file.mapping(entry, *where).items():
        match = _HOOK.match(key)
        if not match:
            file.fail(
                f"`{': '.join(where)}` has {key!r}, which is not a hook.",
                "write function(N) or struct type.field(N), where argument N is the object",
                *where,
                key,
            )
        yield match[1], int(match[2]), file.string(why, *where, key)


def _one_argument(file: ModelFile, key: str) -> dict[str, int]:
    return {name: arg for arg, names in file.by_argument(file.content.get(key), key) for name in names}


def _needs_registered(file: ModelFile) -> dict[str, NeedsRegistered]:
    table = {}
    for text, names in file.mapping(file.content.get("needs_registered"), "needs_registered").items():
        phrase = Phrase(file, text, "needs_registered")
        place = phrase.place()
        otherwise = phrase.one_of(frozenset({"fails", "skips"}))
        role = " ".join(phrase.rest())
        for name in file.names(names, "needs_registered", text):
            table[name] = NeedsRegistered(name, place.index, role, otherwise, place.member)
    return table


def _events(file: ModelFile, phases: tuple[str, ...]) -> dict[str, str]:
    entries = file.mapping(file.content.get("events"), "events")
    file.only(entries, frozenset(phases), "events")
    return {name: phase for phase, names in entries.items() for name in file.names(names, "events", phase)}


def _ends(file: ModelFile, key: str) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for kind, text in file.mapping(file.content.get(key), key).items():
        for word in file.items(text, key, kind):
            match = _HOOK.match(word)
            if not match:
                file.fail(
                    f"`{key}: {kind}` has {word!r}, which is not a function with its argument.",
                    "write function(0), separated by commas",
                    key,
                    kind,
                    word,
                )
            table.setdefault(match[1], {})[kind] = int(match[2])
    return table
