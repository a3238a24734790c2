"""Roles of kernel APIs, by resource: who acquires, releases, takes over, fails how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import msgspec

from kscan.kernel.phrase import Phrase, Place
from kscan.kernel.read import ModelFile

NATURES = frozenset({"memory", "reference", "state", "lock"})
FAILURES = frozenset(
    {"null", "err_ptr", "null_or_err_ptr", "errno", "nonzero", "zero", "nonpositive", "false", "never"}
)
PREDICATES = frozenset(
    {
        "is_err",
        "is_err_or_null",
        "is_null",
        "err_of",
        "err_or_zero",
        "err_ptr",
        "err_cast",
        "same",
        "converts",
        "translates",
        "stops_if",
        "disarms",
        "configured",
        "tests_bit",
        "sets_bit",
        "reads_count",
        "sets_count",
        "is_last",
        "is_number",
    }
)


class Resource(msgspec.Struct, frozen=True, gc=False):
    """A kind of resource.  ``advisory``: holding it past an exit is no bug by itself."""

    name: str
    nature: str  # memory, reference, state, lock
    type: str = ""  # C type, where there is one
    advisory: bool = False
    atomic: bool = False  # a lock that forbids sleeping
    lent: bool = False  # a function that is given it and keeps it takes a reference of its own
    machinery: bool = False  # memory that is more than that: it runs or answers until it is released
    of_use: bool = False  # references that do not keep the object: it stays without them
    removable: bool = False  # references of what may go at any time, and then somebody counts them

    @property
    def kind(self) -> str:
        """The nature, with machinery told apart from other memory."""
        return "machinery" if self.machinery else self.nature


class Acquire(msgspec.Struct, frozen=True, gc=False):
    """A function that gives its caller a resource."""

    function: str
    resource: str
    holder: Place
    failure: str  # one of FAILURES
    kept_on_failure: bool = False
    same_as: int = -1  # the result is this argument, with one more reference
    null_ok: bool = False  # ... which may be NULL, as the result then is
    puts: int = -1  # argument that is released as well (NULL is accepted)
    puts_on_success: bool = False  # ... only where the call succeeds
    managed: bool = False  # the driver core releases it


class Release(msgspec.Struct, frozen=True, gc=False):
    """A function that gives a resource back."""

    function: str
    resource: str
    holder: Place
    null_ok: bool = False
    err_ok: bool = False


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """A function after which somebody else releases the resource in argument ``holder``."""

    function: str
    resource: str
    holder: Place
    on_success_only: bool


class LoopMacro(msgspec.Struct, frozen=True, gc=False):
    """A loop macro whose cursor holds a resource in the body, and is NULL after the last turn."""

    macro: str
    resource: str
    cursor: int  # argument
    member: str = ""  # of the object that the argument points to: this holds it


class Wipe(msgspec.Struct, frozen=True, gc=False):
    """A function that zeroes what ``arg`` points to; if ``zero`` is not -1, only where that argument is 0."""

    function: str
    arg: int
    zero: int = -1


class Apis(msgspec.Struct, frozen=True, dict=True):
    """All roles, by function name."""

    resources: Mapping[str, Resource]
    acquires: Mapping[str, tuple[Acquire, ...]]
    releases: Mapping[str, tuple[Release, ...]]
    transfers: Mapping[str, tuple[Transfer, ...]]
    loops: Mapping[str, LoopMacro]
    releases_of: Mapping[str, tuple[str, ...]]  # resource -> names of its releases
    objects: frozenset[str]  # resources that are objects, not states of one: gone or given up after a release
    allocators: frozenset[str]  # functions whose result is new memory
    may_return_null: frozenset[str]  # acquirers included
    may_return_err_ptr: frozenset[str]  # acquirers included
    accesses: Mapping[str, frozenset[int]]  # arguments through which they surely read or write
    described: frozenset[str]  # of may_return_null: look into a description of the hardware
    seldom_null: frozenset[str]  # NULL by contract, but hardly ever; not in may_return_null
    returns_errno: frozenset[str]  # acquirers included
    never_returns: frozenset[str]
    null_tolerant: Mapping[str, frozenset[int]]  # releases included
    may_sleep: frozenset[str]
    sleeps_by_gfp: Mapping[str, int]  # function -> argument with the gfp flags
    sleeps_unless_zero: Mapping[str, int]  # function -> argument with the time to sleep
    sleeping_gfp: frozenset[str]
    never_fails_gfp: frozenset[str]
    asks_context: frozenset[str]  # tell whether the caller may sleep
    stores_argument: Mapping[str, frozenset[int]]
    does_not_keep: frozenset[str]
    own_data: frozenset[str]  # give what an object keeps of its own
    frees_later: frozenset[str]  # releases that leave the memory alone for a while
    fills: Mapping[str, int]  # function -> argument whose target it sets on success only
    value_or_errno: frozenset[str]  # the result is a number to use, or a negative error code
    fails_positive: frozenset[str]  # 0 or a positive error code
    gives_back_error: frozenset[str]  # prints an error and returns it, for its caller to return
    must_check: frozenset[str]  # failing leaves nothing to go on with, beyond the acquirers of states
    finds_as_well: Mapping[str, frozenset[str]]  # getter -> who finds something finds by it, too
    asks_emptiness: frozenset[str]  # whether there is anything in what the first argument is
    asks_whether_set_up: frozenset[str]  # whether the state that the first argument can be in has been set up
    may_ignore: frozenset[str]  # acquirers of states whose failure is commonly put up with
    failure_ignored: frozenset[tuple[str, str]]  # (struct type, field): the counterpart is called even so
    failure_ignored_by: Mapping[str, frozenset[int]]  # macro -> arguments that it puts into such a field
    ending_fields: frozenset[str]  # get the function that is called with the last reference
    prints: Mapping[str, bool]  # what prints -> whether it tells of a failure
    debugs: frozenset[str]  # those that print only where debugging is turned on
    wipes: Mapping[str, Wipe]
    always_turns: frozenset[str]  # loop macros whose body runs at least once
    predicates: Mapping[str, str]  # macro or function -> one of PREDICATES
    cleanups: Mapping[str, str]  # name in __free() -> function that releases
    guards: Mapping[str, str]  # name in guard() -> function that acquires the lock
    manages: Mapping[str, frozenset[str]]  # function -> resources that the driver core releases thanks to it
    needs_config: Mapping[str, frozenset[str]]  # configuration option -> resources there are only with it

    def acquirers(self, resources: Iterable[str]) -> set[str]:
        """The functions that acquire one of some resources."""
        return set().union(*(self._acquirers.get(resource, ()) for resource in resources))

    @cached_property
    def _acquirers(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for function, roles in self.acquires.items():
            for role in roles:
                found[role.resource].add(function)
        return found

    def changes(self, name: str) -> bool:
        """Whether a function is known to do more than to answer: two calls may differ."""
        return (
            name in self.acquires
            or name in self.releases
            or name in self.may_return_null
            or name in self.may_return_err_ptr
            or name in self.returns_errno
        )

    def never_fails(self, args: Sequence[str]) -> bool:
        """Whether a call with these arguments is an allocation whose flags let it wait for ever."""
        return any(flag in arg for flag in self.never_fails_gfp for arg in args)


_Role = TypeVar("_Role", bound=Acquire | Release | Transfer)
_KEYS = frozenset(
    {
        "resources",
        "may_return_null",
        "may_return_err_ptr",
        "returns_errno",
        "accesses",
        "described",
        "seldom_null",
        "never_returns",
        "null_tolerant",
        "may_sleep",
        "sleeps_by_gfp",
        "sleeps_unless_zero",
        "sleeping_gfp",
        "never_fails_gfp",
        "asks_context",
        "stores_argument",
        "does_not_keep",
        "own_data",
        "frees_later",
        "fills_on_success",
        "value_or_errno",
        "fails_positive",
        "gives_back_error",
        "must_check",
        "finds_as_well",
        "asks_emptiness",
        "asks_whether_set_up",
        "may_ignore",
        "failure_ignored",
        "failure_ignored_by",
        "ending_fields",
        "prints",
        "wipes",
        "always_turns",
        "predicates",
        "cleanups",
        "guards",
        "manages",
        "needs_config",
    }
)


def parse_apis(file: ModelFile, known: Apis | None = None) -> Apis:
    """The roles in apis.yaml, or those in ``file`` on top of the ones ``known``: of two roles of a function
    for one resource the new one counts.  RuleError for what is wrong in it."""
    content = file.content
    file.only(content, _KEYS)
    roles = _Roles(file, known)
    for name, entry in file.mapping(content.get("resources"), "resources").items():
        roles.add_resource(name, file.mapping(entry, "resources", name))
    roles.check()
    apis = _parsed(file, roles)
    return apis if known is None else _on_top(known, apis)


def _on_top(known: Apis, new: Apis) -> Apis:
    tables = {}
    for field in Apis.__struct_fields__:
        old, added = getattr(known, field), getattr(new, field)
        if isinstance(old, frozenset):
            tables[field] = old | added
        else:
            sets = {k: v | old[k] for k, v in added.items() if k in old and isinstance(v, frozenset)}
            tables[field] = {**old, **added, **sets}
    tables["may_return_null"] -= new.seldom_null
    return Apis(**tables)


def _parsed(file: ModelFile, roles: _Roles) -> Apis:
    content = file.content
    acquired = [role for group in roles.acquires.values() for role in group if role.holder.kind == "result"]
    return Apis(
        resources=roles.resources,
        acquires=roles.acquires,
        releases=roles.releases,
        transfers=roles.transfers,
        loops=roles.loops,
        releases_of=roles.releases_of,
        objects=_objects(roles),
        allocators=frozenset(
            role.function for role in acquired if roles.resources[role.resource].nature == "memory"
        ),
        may_return_null=_may_return_null(file, acquired),
        may_return_err_ptr=_names(file, "may_return_err_ptr")
        | {role.function for role in acquired if role.failure in ("err_ptr", "null_or_err_ptr")},
        returns_errno=_names(file, "returns_errno")
        | {role.function for group in roles.acquires.values() for role in group if role.failure == "errno"},
        accesses=_arguments(file, "accesses"),
        described=_names(file, "described"),
        seldom_null=_names(file, "seldom_null"),
        never_returns=_never_returns(file, roles),
        null_tolerant=_null_tolerant(file, roles),
        may_sleep=_names(file, "may_sleep"),
        sleeps_by_gfp=_one_argument(file, "sleeps_by_gfp"),
        sleeps_unless_zero=_one_argument(file, "sleeps_unless_zero"),
        sleeping_gfp=_names(file, "sleeping_gfp"),
        never_fails_gfp=_names(file, "never_fails_gfp"),
        asks_context=_names(file, "asks_context"),
        stores_argument=_arguments(file, "stores_argument"),
        does_not_keep=_does_not_keep(file, roles),
        own_data=_names(file, "own_data"),
        frees_later=_names(file, "frees_later"),
        fills=_one_argument(file, "fills_on_success"),
        value_or_errno=_names(file, "value_or_errno"),
        fails_positive=_names(file, "fails_positive"),
        gives_back_error=_names(file, "gives_back_error"),
        must_check=_names(file, "must_check"),
        finds_as_well=_names_by_name(file, "finds_as_well"),
        asks_emptiness=_names(file, "asks_emptiness"),
        asks_whether_set_up=_names(file, "asks_whether_set_up"),
        may_ignore=_names(file, "may_ignore"),
        failure_ignored=_failure_ignored(file),
        ending_fields=_names(file, "ending_fields"),
        failure_ignored_by=_arguments(file, "failure_ignored_by"),
        prints=_prints(file),
        debugs=_debugs(file),
        wipes=_wipes(file),
        always_turns=_names(file, "always_turns"),
        predicates=_predicates(file),
        cleanups=file.pairs(content.get("cleanups"), "cleanups"),
        guards=_guards(file, roles),
        manages=_resources_by_name(file, roles, "manages"),
        needs_config=_resources_by_name(file, roles, "needs_config"),
    )


class _Roles:
    """The tables of ``resources`` while they are filled."""

    def __init__(self, file: ModelFile, known: Apis | None) -> None:
        self._file = file
        self._known = known
        self._own: set[str] = set()  # resources of this file
        self.resources: dict[str, Resource] = dict(known.resources) if known else {}
        self.acquires: dict[str, tuple[Acquire, ...]] = dict(known.acquires) if known else {}
        self.releases: dict[str, tuple[Release, ...]] = dict(known.releases) if known else {}
        self.transfers: dict[str, tuple[Transfer, ...]] = dict(known.transfers) if known else {}
        self.loops: dict[str, LoopMacro] = dict(known.loops) if known else {}
        self.releases_of: dict[str, tuple[str, ...]] = dict(known.releases_of) if known else {}

    def add_resource(self, key: str, entry: Mapping[str, object]) -> None:
        """Add the resource that ``key`` describes, and its roles."""
        file = self._file
        phrase = Phrase(file, key, "resources")
        name = phrase.first()
        if name in self._own:
            file.fail(f"`resources` has {name!r} twice.", "join the two entries", "resources", key)
        self._own.add(name)
        nature = phrase.one_of(NATURES)
        if name in self.resources and self.resources[name].nature != nature:
            known = self.resources[name].nature
            file.fail(f"`resources` has {name!r}, which is {known}, as {nature}.", f"write {known}", key)
        advisory, atomic, lent = phrase.flag("advisory"), phrase.flag("atomic"), phrase.flag("lent")
        machinery, of_use = phrase.flag("machinery"), phrase.flag("of use")
        removable = phrase.flag("removable")
        resource = Resource(
            name, nature, phrase.optional(), advisory, atomic, lent, machinery, of_use, removable
        )
        self.resources.setdefault(name, resource)
        phrase.end()
        released: list[str] = []
        for text, value in entry.items():
            role, _, terms = text.partition(" ")
            where = ("resources", key, text)
            names = file.names(value, *where)
            phrase = Phrase(file, terms, *where[:2], prefix=role)
            if role == "acquire":
                self._add(self.acquires, _read_acquire(phrase, name), names, where)
            elif role == "release":
                self._add(self.releases, _read_release(phrase, name), names, where)
                released += names
            elif role == "transfer":
                self._add(self.transfers, _read_transfer(phrase, name), names, where)
            elif role == "loop":
                self._add_loops(phrase, name, names, where)
            else:
                file.fail(
                    f"`resources: {key}` has the unknown role {role!r}.",
                    "start with acquire, release, transfer or loop",
                    *where,
                )
        self.releases_of[name] = tuple(dict.fromkeys((*self.releases_of.get(name, ()), *released)))

    def _add(
        self,
        table: dict[str, tuple[_Role, ...]],
        make: Callable[[str], _Role],
        names: list[str],
        where: tuple[str, ...],
    ) -> None:
        for function in names:
            role = make(function)
            others = table.get(function)
            if others is None:
                table[function] = (role,)
                continue
            same = [other for other in others if other.resource == role.resource]
            if any(other not in self._before(function) for other in same):
                self._file.fail(
                    f"`{': '.join(where[:-1])}` gives {function} the same role twice.",
                    "keep one phrase for it",
                    *where,
                    function,
                )
            table[function] = (*(other for other in others if other not in same), role)

    def _before(self, function: str) -> tuple[Acquire | Release | Transfer, ...]:
        """The roles that a function had before this file was read."""
        if self._known is None:
            return ()
        known = self._known
        return (
            *known.acquires.get(function, ()),
            *known.releases.get(function, ()),
            *known.transfers.get(function, ()),
        )

    def _add_loops(self, phrase: Phrase, resource: str, names: list[str], where: tuple[str, ...]) -> None:
        place = phrase.place()
        phrase.end()
        if place.kind != "arg":
            self._file.fail(f"`{': '.join(where)}` must say arg N.", "name the cursor's argument", *where)
        for macro in names:
            if macro in self.loops:
                self._file.fail(f"`{': '.join(where)}` names {macro} twice.", "keep one entry", *where, macro)
            self.loops[macro] = LoopMacro(macro, resource, place.index, place.member)

    def check(self) -> None:
        """Refuse what is released but never acquired, and contradicting roles of one function."""
        held = {role.resource for group in self.acquires.values() for role in group}
        held |= {loop.resource for loop in self.loops.values()}
        for function, group in self.releases.items():
            acquired = {acquire.resource for acquire in self.acquires.get(function, ())}
            for release in group:
                self._check_release(release, held, acquired)
                self._check_tolerance(release, group)

    def _check_release(self, release: Release, held: set[str], acquired: set[str]) -> None:
        where = ("resources", release.resource, "release", release.function)
        if release.resource not in held:
            self._file.fail(
                f"{release.function} releases `{release.resource}`, which nothing acquires.",
                "add an acquire entry",
                *where,
            )
        if release.resource in acquired:
            self._file.fail(
                f"{release.function} both acquires and releases `{release.resource}`.",
                "use `puts N` for an acquirer that also releases an argument",
                *where,
            )

    def _check_tolerance(self, release: Release, group: tuple[Release, ...]) -> None:
        first = group[0]
        same_place = first.holder.kind == release.holder.kind and first.holder.index == release.holder.index
        if same_place and (first.null_ok, first.err_ok) != (release.null_ok, release.err_ok):
            self._file.fail(
                f"{release.function} tolerates other values as `{release.resource}` and `{first.resource}`.",
                "make both entries say the same of null ok and err ok",
                "resources",
                release.resource,
                release.function,
            )


def _read_acquire(phrase: Phrase, resource: str) -> Callable[[str], Acquire]:
    holder = phrase.place()
    puts = phrase.after("puts")
    put = phrase.number(puts.removesuffix(" on success")) if puts else -1
    failure, kept = phrase.one_of(FAILURES), phrase.flag("kept on failure")
    same_as, null_ok = phrase.argument("same as"), phrase.flag("null ok")
    managed = phrase.flag("managed")
    phrase.end()
    on_success = puts.endswith(" on success")
    return lambda name: Acquire(
        name, resource, holder, failure, kept, same_as, null_ok, put, on_success, managed
    )


def _read_release(phrase: Phrase, resource: str) -> Callable[[str], Release]:
    holder = phrase.place()
    null_ok, err_ok = phrase.flag("null ok"), phrase.flag("err ok")
    phrase.end()
    return lambda name: Release(name, resource, holder, null_ok, err_ok)


def _read_transfer(phrase: Phrase, resource: str) -> Callable[[str], Transfer]:
    holder = phrase.place()
    on_success_only = phrase.one_of(frozenset({"always", "success"})) == "success"
    phrase.end()
    return lambda name: Transfer(name, resource, holder, on_success_only)


def _names(file: ModelFile, key: str) -> frozenset[str]:
    return frozenset(file.names(file.content.get(key), key))


def _names_by_name(file: ModelFile, key: str) -> dict[str, frozenset[str]]:
    table = file.mapping(file.content.get(key), key)
    return {name: frozenset(file.names(names, key, name)) for name, names in table.items()}


def _objects(roles: _Roles) -> frozenset[str]:
    given = {
        r.resource for group in roles.acquires.values() for r in group if r.holder.kind in ("result", "out")
    }
    return frozenset(
        name for name, r in roles.resources.items() if r.nature in ("memory", "reference") or name in given
    )


def _may_return_null(file: ModelFile, acquired: list[Acquire]) -> frozenset[str]:
    failing = {
        role.function for role in acquired if role.failure in ("null", "null_or_err_ptr") and not role.null_ok
    }
    return (_names(file, "may_return_null") | _names(file, "described") | failing) - _names(
        file, "seldom_null"
    )


def _one_argument(file: ModelFile, key: str) -> dict[str, int]:
    table = file.by_argument(file.content.get(key), key)
    return {name: arg for arg, names in table for name in names}


def _prints(file: ModelFile) -> dict[str, bool]:
    levels = file.mapping(file.content.get("prints"), "prints")
    file.only(levels, frozenset({"failure", "debug", "other"}), "prints")
    return {
        name: level == "failure"
        for level, names in levels.items()
        for name in file.names(names, "prints", level)
    }


def _debugs(file: ModelFile) -> frozenset[str]:
    levels = file.mapping(file.content.get("prints"), "prints")
    return frozenset(file.names(levels.get("debug"), "prints", "debug"))


def _failure_ignored(file: ModelFile) -> frozenset[tuple[str, str]]:
    key = "failure_ignored"
    structs = file.mapping(file.content.get(key), key)
    return frozenset(
        (f"struct {struct}", field)
        for struct, fields in structs.items()
        for field in file.names(fields, key, struct)
    )


def _arguments(file: ModelFile, key: str) -> dict[str, frozenset[int]]:
    table: dict[str, frozenset[int]] = {}
    for arg, names in file.by_argument(file.content.get(key), key):
        for name in names:
            table[name] = table.get(name, frozenset()) | {arg}
    return table


def _never_returns(file: ModelFile, roles: _Roles) -> frozenset[str]:
    never = _names(file, "never_returns")
    for name in sorted(never & (roles.acquires.keys() | roles.releases.keys())):
        file.fail(
            f"{name} never returns, yet acquires or releases a resource.",
            "keep one of the two",
            "never_returns",
            name,
        )
    return never


def _does_not_keep(file: ModelFile, roles: _Roles) -> frozenset[str]:
    harmless = _names(file, "does_not_keep")
    freeing = {
        function
        for function, group in roles.releases.items()
        if any(roles.resources[release.resource].nature in ("memory", "reference") for release in group)
    }
    for name in sorted(
        harmless & (freeing | roles.transfers.keys() | _arguments(file, "stores_argument").keys())
    ):
        file.fail(
            f"{name} is said to keep nothing, yet it stores, takes over or frees an argument.",
            "keep one of the two",
            "does_not_keep",
            name,
        )
    return harmless


def _null_tolerant(file: ModelFile, roles: _Roles) -> dict[str, frozenset[int]]:
    table = _arguments(file, "null_tolerant")
    for function, group in roles.releases.items():
        tolerated = {
            release.holder.index for release in group if release.null_ok and release.holder.kind == "arg"
        }
        if tolerated:
            table[function] = table.get(function, frozenset()) | tolerated
    for function, acquires in roles.acquires.items():
        accepted = {role.puts for role in acquires if role.puts >= 0}
        accepted |= {role.same_as for role in acquires if role.null_ok}
        if accepted:
            table[function] = table.get(function, frozenset()) | accepted
    return table


def _wipes(file: ModelFile) -> dict[str, Wipe]:
    wipes = {}
    for text, names in file.mapping(file.content.get("wipes"), "wipes").items():
        phrase = Phrase(file, text, "wipes")
        place = phrase.place()
        condition = phrase.after("where")
        zero = phrase.number(condition.removesuffix(" is 0")) if condition else -1
        phrase.end()
        for name in file.names(names, "wipes", text):
            wipes[name] = Wipe(name, place.index, zero)
    return wipes


def _predicates(file: ModelFile) -> dict[str, str]:
    entries = file.mapping(file.content.get("predicates"), "predicates")
    file.only(entries, PREDICATES, "predicates")
    return {name: role for role, names in entries.items() for name in file.names(names, "predicates", role)}


def _guards(file: ModelFile, roles: _Roles) -> dict[str, str]:
    guards = file.pairs(file.content.get("guards"), "guards")
    for name, function in guards.items():
        if function not in roles.acquires:
            file.fail(
                f"`guards: {name}` is {function}, which acquires nothing.",
                "name a function that has an acquire role",
                "guards",
                f"{name}={function}",
            )
    return guards


def _resources_by_name(file: ModelFile, roles: _Roles, key: str) -> dict[str, frozenset[str]]:
    """The kinds of resources that the table ``key`` lists for each name."""
    table = {}
    for function, text in file.mapping(file.content.get(key), key).items():
        names = frozenset(name.strip() for name in str(text).split(","))
        for name in sorted(names - roles.resources.keys()):
            file.fail(
                f"`{key}: {function}` names the resource {name!r}, which there is not.",
                "name keys of `resources`, separated by commas",
                key,
                function,
            )
        table[function] = names
    return table
