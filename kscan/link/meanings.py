"""What the names of functions mean where they are called: as the linker and the preprocessor choose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from kscan.link.edges import Func
from kscan.link.includes import UNSEEN, Includes, is_shared
from kscan.link.tables import Tables
from kscan.link.view import View


class _Choice(msgspec.Struct, frozen=True, gc=False):
    """What a name means: in the files that define it for themselves, and in all others."""

    own: Mapping[str, tuple[Func, ...]]
    others: tuple[Func, ...] | None  # None where it depends on the file


_NOWHERE = _Choice({}, ())


class Meanings:
    """Answers for the files of some tables, under one view."""

    def __init__(self, tables: Tables, view: View, leaves_out: Callable[[str], bool]) -> None:
        """``leaves_out`` says which files the configuration does not build."""
        self._tables, self._view, self._leaves_out = tables, view, leaves_out
        self._includes = Includes(tables.facts)
        self._meant: dict[str, tuple[Func, ...]] = {}  # by names that mean the same in every file
        self._choices: dict[str, _Choice] = {}
        self._resolved: dict[tuple[str, str], tuple[Func, ...]] = {}  # of names that depend on the file

    def forget(self, names: Iterable[str]) -> None:
        """Forget what some names were resolved to, and what those that stand for one of them were."""
        fresh = seen = set(names) if self._choices else set[str]()
        while fresh:
            fresh = {other for name in fresh for other in self._tables.other_names.get(name, ())} - seen
            seen = seen | fresh
        for name in seen:
            self._meant.pop(name, None)
            self._choices.pop(name, None)
        self._resolved.clear()  # files may see more headers through new ones

    def resolve(self, name: str, path: str) -> tuple[Func, ...]:
        """What ``name`` called in file ``path`` may be: usually one function.

        A static of the same file, else a strong definition over a weak one and over the
        stub of an ``#else`` branch; of headers the one that the file includes; what an alias
        stands for.  Empty where no loaded file has a body that the caller sees.
        """
        found = self._meant.get(name)
        if found is None and (choice := self._choices.get(name)) is not None:
            found = choice.own.get(path, choice.others)
        return found if found is not None else self._resolved_in(name, path)

    def _resolved_in(self, name: str, path: str) -> tuple[Func, ...]:
        """As ``resolve``, where that does not know it yet."""
        choice = self._choices.get(name)
        if choice is None:
            self._choices[name] = _NOWHERE  # of an alias that leads back to itself
            choice = self._choices[name] = self._choose(name)
            others = choice.others
            if others is not None and all(own == others for own in choice.own.values()):
                self._meant[name] = others
        found = choice.own.get(path, choice.others)
        if found is None:
            found = self._resolved.get((name, path))
            if found is None:
                self._resolved[name, path] = ()  # as above
                found = self._resolved[name, path] = self._chosen_for(name, path)
        return found

    def _choose(self, name: str) -> _Choice:
        group = self._tables.functions.get(name, ())
        if len(group) > 1 or (group and group[0].fact.guards):
            group = self._active(name)
        if not group:
            return _Choice({}, tuple(self._aliased(name))) if name in self._tables.aliases else _NOWHERE
        if len(group) == 1:  # as most names
            return self._only(group[0])
        own: dict[str, list[Func]] = {}
        for func in group:
            if func.fact.linkage != "weak":
                own.setdefault(func.path, []).append(func)
        varies = any(self._leaves_out(func.path) for func in group)
        strong, inlines, _seen = _visible(group)
        varies = varies or not (strong or all(is_shared(func.path) for func in inlines))
        others = None if varies else self._chosen_of(group, name, "")
        return _Choice({path: self._surest(some) for path, some in own.items()}, others)

    def _only(self, func: Func) -> _Choice:
        """What the name of a function means that has no other one of its name."""
        only, path, linkage = (func,), func.path, func.fact.linkage
        own = {} if linkage == "weak" else {path: only}
        if path.endswith(".h"):
            return _Choice(own, only if is_shared(path) else None)
        hidden = linkage in ("static", "inline")
        if not hidden:
            return _Choice(own, only)
        return _Choice(own, tuple(self._aliased(func.name)) if func.name in self._tables.aliases else ())

    def _active(self, name: str) -> list[Func]:
        active = self._view.active
        return [f for f in self._tables.functions.get(name, ()) if not f.fact.guards or active(f.fact.guards)]

    def _chosen_for(self, name: str, path: str) -> tuple[Func, ...]:
        group = self._active(name)
        if len(group) > 1 and not self._leaves_out(path):
            group = [f for f in group if not self._leaves_out(f.path)] or group
        return self._chosen_of(group, name, path)

    def _chosen_of(self, group: list[Func], name: str, path: str) -> tuple[Func, ...]:
        """What ``name`` means in a file that does not define it; in whatever file, if it sees all inlines."""
        strong, inlines, seen = _visible(group)
        if strong:
            return self._surest(strong)
        if inlines:
            return self._surest(self._in_sight(inlines, path) if path else inlines)
        return self._surest(seen) if seen else tuple(self._aliased(name))

    def _in_sight(self, inlines: list[Func], path: str) -> list[Func]:
        """Of the inlines of headers, those that file ``path`` sees the most surely.

        A .c file that includes none of the headers calls something else.  Of a header it cannot be
        told, as others may include both.
        """
        if path not in self._tables.facts:
            return inlines
        sights = [self._includes.sight(path, func.path) for func in inlines]
        best = min(sights)
        if best == UNSEEN and path.endswith(".c"):
            return []
        return [func for func, sight in zip(inlines, sights, strict=True) if sight == best]

    def is_guess(self, func: Func, path: str) -> bool:
        """Whether ``func`` is taken for what file ``path`` calls though it lies in a header that is out of
        its sight."""
        return func.path.endswith(".h") and self._includes.sight(path, func.path) == UNSEEN

    def _aliased(self, name: str) -> Iterator[Func]:
        """What an alias of that name stands for."""
        for home, prototype in self._tables.aliases.get(name, ()):
            if prototype.alias != name:
                yield from self.resolve(prototype.alias, home)

    def _surest(self, group: list[Func]) -> tuple[Func, ...]:
        """Of several, those that surely are compiled; else all but what an ``#else`` offers."""
        if len(group) < 2:
            return tuple(group)
        certain = [f for f in group if self._view.certain(f.fact.guards)]
        if certain:
            return tuple(certain)
        positive = [f for f in group if not any(g.startswith("!") for g in f.fact.guards)]
        return tuple(positive or group)

    def is_override(self, func: Func) -> bool:
        """Whether ``func`` is the strong definition of a name that also has a weak one."""
        if func.fact.linkage != "global":
            return False
        weak_aliases = any(prototype.weak for _path, prototype in self._tables.aliases.get(func.name, ()))
        return weak_aliases or any(
            f.fact.linkage == "weak" for f in self._tables.functions.get(func.name, ())
        )


def _visible(group: Sequence[Func]) -> tuple[list[Func], list[Func], list[Func]]:
    """Of the functions of a name those that other files can see: strong ones, those of headers, and all."""
    seen = [f for f in group if f.path.endswith(".h") or f.fact.linkage not in ("static", "inline")]
    strong = [f for f in seen if f.fact.linkage == "global" and f.path.endswith(".c")]
    return strong, [f for f in seen if f.path.endswith(".h")], seen
