"""Entry points: callbacks passed as arguments, initcalls, file-scope macros that bind functions to fields."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kscan.kernel.phrase import Phrase
from kscan.kernel.read import ModelFile
from kscan.regex import regex

TIMES = frozenset({"now", "later", "repeats"})


class Callback(msgspec.Struct, frozen=True, gc=False):
    """A function or macro that has one of its arguments called."""

    function: str
    callback: int  # argument that is the callback
    when: str  # now: before it returns; later: once, asynchronously; repeats: any number of times later
    data: int = -1  # argument handed on to the callback, if there is one
    received_as: int = -1  # ... as this argument of the callback
    atomic: bool = False  # it runs where it must not sleep


class TableMacro(msgspec.Struct, frozen=True, gc=False):
    """A file-scope macro that defines ``instance`` of ``type`` with functions bound to fields.

    ``instance`` and the functions are patterns: ``{0}_show`` is the macro's first argument with ``_show``
    appended.
    """

    macro: str
    type: str
    instance: str
    fields: tuple[tuple[str, str], ...]  # field, pattern of the function bound to it

    def bound(self, args: tuple[str, ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The instance's name and the (field, function) pairs for a use with ``args``."""
        return _fill(self.instance, args), tuple(
            (field, _fill(pattern, args)) for field, pattern in self.fields
        )


class CallMacro(msgspec.Struct, frozen=True, gc=False):
    """A file-scope macro whose argument is a function that the kernel calls at ``phase``."""

    macro: str
    arg: int
    phase: str
    boot: bool = False  # once, while the kernel starts, for code that stays


class DriverMacro(msgspec.Struct, frozen=True, gc=False):
    """A file-scope macro that makes the init and exit functions of a driver table given as argument 0."""

    macro: str
    register: str  # {1} is the macro's argument 1
    unregister: str  # empty where it is never unregistered


class ChainModel(msgspec.Struct, frozen=True, gc=False):
    """Notifier chains: functions by what their arguments are, and what of a block is called."""

    registers: Mapping[str, tuple[int, int]]  # function -> argument that is the head, that is the block
    calls: Mapping[str, tuple[int, int]]  # function -> argument that is the head, that is the event
    callback: tuple[str, str]  # struct and field of the function in a block
    event: int  # which argument of it is the event


NO_CHAINS = ChainModel({}, {}, ("", ""), 0)


class EntryPoints(msgspec.Struct, frozen=True, gc=False):
    """All of them by macro or function name."""

    callbacks: Mapping[str, tuple[Callback, ...]]
    tables: Mapping[str, TableMacro]
    calls: Mapping[str, CallMacro]
    drivers: Mapping[str, DriverMacro]
    roots: Mapping[
        str, str
    ]  # ops field "struct file_operations.open" or whole type "struct file_operations" -> how entered
    atomic: Mapping[str, str]  # ops field whose functions must not sleep -> where they run
    chains: ChainModel = NO_CHAINS


_KEYS = frozenset({"callbacks", "tables", "calls", "drivers", "roots", "atomic", "chains"})
_CALLBACK = regex(r"((?:struct|union) \w+)\.(\w+)\((\d+)\)\Z")


def parse_entrypoints(file: ModelFile) -> EntryPoints:
    """The entry points in entrypoints.yaml; RuleError for what is wrong in it."""
    file.only(file.content, _KEYS)
    return EntryPoints(
        callbacks=_callbacks(file),
        tables=_tables(file),
        calls=_calls(file),
        drivers=_drivers(file),
        roots=_fields(file, "roots"),
        atomic=_fields(file, "atomic"),
        chains=_chains(file),
    )


def _fields(file: ModelFile, key: str) -> dict[str, str]:
    return {
        kind: how
        for how, text in file.mapping(file.content.get(key), key).items()
        for kind in file.items(text, key, how)
    }


def _callbacks(file: ModelFile) -> dict[str, tuple[Callback, ...]]:
    table: dict[str, tuple[Callback, ...]] = {}
    for text, names in file.mapping(file.content.get("callbacks"), "callbacks").items():
        phrase = Phrase(file, text, "callbacks")
        place = phrase.place()
        if place.kind != "arg":
            file.fail(
                f"`callbacks: {text}` must start with arg N.",
                "name the callback's argument",
                "callbacks",
                text,
            )
        when = phrase.one_of(TIMES)
        data, received = phrase.argument("data"), phrase.argument("as")
        atomic = phrase.flag("atomic")
        phrase.end()
        if (data < 0) != (received < 0):
            file.fail(
                f"`callbacks: {text}` must have both `data N` and `as N`.", "add the other", "callbacks", text
            )
        for name in file.names(names, "callbacks", text):
            callback = Callback(name, place.index, when, data, received, atomic)
            table[name] = (*table.get(name, ()), callback)
    return table


def _tables(file: ModelFile) -> dict[str, TableMacro]:
    tables = {}
    for kind, entry in file.mapping(file.content.get("tables"), "tables").items():
        for macro, text in file.mapping(entry, "tables", kind).items():
            instance, *pairs = file.words(text, "tables", kind, macro) or ("",)
            fields = tuple((field, pattern) for field, _, pattern in (pair.partition("=") for pair in pairs))
            if not instance or not all(pattern for _, pattern in fields):
                file.fail(
                    f"`tables: {kind}: {macro}` must be an instance and field=function pairs.",
                    "write dev_attr_{0} show={0}_show",
                    "tables",
                    kind,
                    macro,
                )
            tables[macro] = TableMacro(macro, kind, instance, fields)
    return tables


def _calls(file: ModelFile) -> dict[str, CallMacro]:
    calls = {}
    for text, names in file.mapping(file.content.get("calls"), "calls").items():
        phrase = Phrase(file, text, "calls")
        place, boot = phrase.place(), phrase.flag("boot")
        phase = " ".join(phrase.rest())
        for name in file.names(names, "calls", text):
            calls[name] = CallMacro(name, place.index, phase, boot)
    return calls


def _drivers(file: ModelFile) -> dict[str, DriverMacro]:
    drivers = {}
    for macro, text in file.mapping(file.content.get("drivers"), "drivers").items():
        pair = file.words(text, "drivers", macro)
        if len(pair) not in (1, 2):
            file.fail(
                f"`drivers: {macro}` must name one or two functions.", "register unregister", "drivers", macro
            )
        drivers[macro] = DriverMacro(macro, pair[0], pair[1] if len(pair) == 2 else "")
    return drivers


def _chains(file: ModelFile) -> ChainModel:
    entries = dict(file.mapping(file.content.get("chains"), "chains"))
    if not entries:
        return NO_CHAINS
    written = file.string(entries.pop("callback", ""), "chains", "callback")
    match = _CALLBACK.match(written)
    if match is None:
        file.fail(
            f"`chains: callback` is {written!r}, which is no field with its argument.",
            "write struct type.field(N), where argument N is the event",
            "chains",
            "callback",
        )
    registers: dict[str, tuple[int, int]] = {}
    calls: dict[str, tuple[int, int]] = {}
    for text, names in entries.items():
        phrase = Phrase(file, text, "chains")
        head = phrase.place()
        block, event = phrase.argument("block"), phrase.argument("event")
        phrase.end()
        if (block < 0) == (event < 0):
            file.fail(
                f"`chains: {text}` must have one of `block N` and `event N`.", "name it", "chains", text
            )
        for name in file.names(names, "chains", text):
            if block >= 0:
                registers[name] = head.index, block
            else:
                calls[name] = head.index, event
    return ChainModel(registers, calls, (match[1], match[2]), int(match[3]))


def _fill(pattern: str, args: tuple[str, ...]) -> str:
    for index, arg in enumerate(args):
        pattern = pattern.replace(f"{{{index}}}", arg)
    return "" if "{" in pattern else pattern
