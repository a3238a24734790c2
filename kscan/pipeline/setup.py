"""What a run starts from: the tree, the rules, the kernel model, the paths and the view."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec

import kscan
from kscan.config import Config
from kscan.errors import InputError
from kscan.facts.store import FactsStore, cache_key
from kscan.kernel.context import Context
from kscan.pipeline.ground import Folders, Ground, changed_over
from kscan.regex import regex
from kscan.sources import Source
from kscan.sources.gitrev import GitRev, is_bare
from kscan.sources.paths import is_c_file
from kscan.sources.tree import Tree, find_tree, is_tree

if TYPE_CHECKING:
    from kscan.kernel.load import KernelModel
    from kscan.kernel.macros import MacroTable
    from kscan.link.view import View
    from kscan.rules.schema import Rule

_HEADED = regex(r"^# Linux/(\w+) ", re.MULTILINE)  # the head of a .config
_MOST_GROUNDS = 3  # the tree, and the commits that the last patches were made for
T = TypeVar("T")


class Setup:
    """What every stage of a run shares.

    Rules, macros and most of the kernel model are read when first asked for: a run whose result is known
    needs none of them, and other processes may be at work meanwhile.
    """

    def __init__(self, config: Config, store: FactsStore | None) -> None:
        """Open the tree and look into the kernel model.  Raises InputError and RuleError."""
        self.config = config
        self.store = store
        self.top = top_of(config)
        rev = config.rev or ("HEAD" if is_bare(self.top) else None)
        self.source: Source = GitRev(self.top, rev) if rev else Tree(self.top)
        self.kconfig = _kconfig(config)
        self.knowledge = _digest(config.rules_dir, config.knowledge, self.kconfig or "")
        self._grounds: list[Ground] = []
        self.context: Context = self._kept("context", Context, lambda: self._read_model.context)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for ground in self._grounds:
            ground.close()
        if isinstance(self.source, GitRev):
            self.source.repo.close()

    def move(self) -> None:
        """To be called in a forked process: it uses the cache by itself, is one job, and shows nobody
        how far it is."""
        self.config = msgspec.structs.replace(self.config, progress=None, jobs=1)
        if self.store is not None:
            self.store.move()

    @property
    def has_tree(self) -> bool:
        """Whether a tree was named, or one was found: the working directory need not be one."""
        named = self.config.tree is not None or self.config.rev is not None
        return named or is_tree(self.top) or isinstance(self.source, GitRev)

    def ground(self, source: Source) -> tuple[Ground, frozenset[str]]:
        """What the run looks at only once of a source, and the files that differ from it there."""
        below, changed = changed_over(source)
        for ground in self._grounds:
            if ground.source is below:
                return ground, changed
        del self._grounds[: -_MOST_GROUNDS + 1]
        self._grounds.append(Ground(below, self.store))
        return self._grounds[-1], changed

    def look_ahead(self, source: Source, arch: str) -> None:
        """Let another process find the files around what is scanned, while this one does other things."""
        self.ground(source)[0].look_ahead(Folders(*self.context.folders(arch)))

    @cached_property
    def model(self) -> KernelModel:
        """What kscan knows of the kernel."""
        from kscan.kernel.load import KernelModel  # noqa: PLC0415 - see the class

        return self._kept("model", KernelModel, lambda: self._read_model)

    @cached_property
    def _read_model(self) -> KernelModel:
        from kscan.kernel.load import load_model  # noqa: PLC0415 - see the class

        return load_model(self.config.rules_dir / "kernel", self.config.knowledge)

    @cached_property
    def macros(self) -> MacroTable:
        """What macros are to the parser."""
        from kscan.kernel.macros import MacroTable, load_macros  # noqa: PLC0415 - see the class

        return self._kept("macros", MacroTable, lambda: load_macros(self.config.rules_dir / "kernel"))

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """Every rule there is, chosen or not."""
        from kscan.rules.schema import KeptRule  # noqa: PLC0415 - see the class

        def read() -> tuple[KeptRule, ...]:
            from kscan.rules.load import load_rules  # noqa: PLC0415 - see the class

            return tuple(rule.kept() for rule in load_rules(self.config.rules_dir))

        return tuple(kept.rule() for kept in self._kept("rules", tuple[KeptRule, ...], read))

    @cached_property
    def chosen_rules(self) -> tuple[Rule, ...]:
        """The rules of this run, wherever in the tree."""
        from kscan.rules.select import select_rules  # noqa: PLC0415 - see the class

        return select_rules(self.all_rules, self.config.rules, preview=self.config.preview)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of this run, with those that areas of the tree ask for."""
        if not self.config.areas:
            return self.chosen_rules
        from kscan.rules.select import is_named, select_rules  # noqa: PLC0415 - see the class

        for area in self.config.areas:
            select_rules(self.all_rules, (*area.on, *area.off))  # all names are known
        chosen = {rule.id for rule in self.chosen_rules}
        on = [name for area in self.config.areas for name in area.on]
        return tuple(rule for rule in self.all_rules if rule.id in chosen or is_named(rule, on))

    def _kept(self, name: str, kind: type[T], make: Callable[[], T]) -> T:
        """What is made of the files of ``rules_dir``, from the cache where none of them has changed: reading
        YAML takes ten times longer."""
        if self.store is None:
            return make()
        key = cache_key(name, self.knowledge, str(self.config.rules_dir), code_stamp("rules", "kernel"))
        packed = self.store.get_derived(key)
        if packed is not None:
            try:
                return msgspec.msgpack.decode(packed, type=kind)
            except msgspec.DecodeError:
                pass  # made by other code: as good as missing
        made = make()
        self.store.put_derived(key, msgspec.msgpack.encode(made))
        return made


@cache
def code_stamp(*packages: str) -> str:
    """What tells one state of kscan's own code from another, or of some packages of it."""
    home = os.path.dirname(kscan.__file__)
    found: list[tuple[str, int, int]] = []
    pending = [os.path.join(home, name) for name in packages] or [home]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
                elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                    pending.append(entry.path)
    return repr(sorted(found))


def _digest(rules_dir: Path, knowledge: Sequence[Path], kconfig: str) -> str:
    """A digest of every rule, of the kernel model, of further knowledge and of the kernel configuration."""
    total = hashlib.blake2b(kconfig.encode(), digest_size=16)
    for file in sorted((*rules_dir.glob("*/*.yaml"), *rules_dir.glob("*/*.txt"))):
        total.update(str(file.relative_to(rules_dir)).encode() + b"\0")
        total.update(file.read_bytes() + b"\0")
    for file in knowledge:
        total.update(file.read_bytes() + b"\0")
    return total.hexdigest()


def top_of(config: Config) -> Path:
    """The top of the tree of a run.  Raises InputError where there is none."""
    if config.tree is not None:
        if not config.tree.is_dir():
            raise InputError(
                str(config.tree), "no such directory", "give the top of a kernel tree with --tree"
            )
        return config.tree
    start = next((path for path in map(Path, config.paths) if path.exists()), None)
    top = find_tree(start or Path())
    if config.paths and start is None and config.rev is None and not is_bare(top):
        raise InputError(config.paths[0], "no such file or directory", "name a path of a kernel tree")
    return top


def scope_of(setup: Setup) -> tuple[str, ...]:
    """The paths to scan, relative to the tree: those given, else the default directories there are.

    Raises InputError, as for the first path that is not there.
    """
    paths, missing = scope_found(setup)
    if missing:
        raise missing[0]
    return paths


def scope_found(setup: Setup) -> tuple[tuple[str, ...], tuple[InputError, ...]]:
    """The paths to scan that are there, as ``scope_of`` gives them, and what is wrong with the others.

    Raises InputError where none is left.
    """
    if not setup.config.paths:
        defaults = [p for p in setup.context.default_paths if setup.source.exists(p)]
        if not defaults:
            wanted = ", ".join(setup.context.default_paths)
            raise InputError(
                setup.source.name, f"has none of the default paths {wanted}", "name the paths to scan"
            )
        return tuple(defaults), ()
    found: list[str] = []
    missing: list[InputError] = []
    for path in setup.config.paths:
        try:
            found.append(_relative(setup, path))
        except InputError as error:
            missing.append(error)
    if not found:
        raise missing[0]
    return tuple(found), tuple(missing)


def unlisted(setup: Setup, paths: Sequence[str]) -> Iterator[InputError]:
    """What is wrong with the directories at or below ``paths`` that could not be looked into."""
    if isinstance(setup.source, Tree):
        within = tuple(f"{path}/" if path else "" for path in paths)
        yield from (error for folder, error in setup.source.unlisted.items() if folder.startswith(within))


def no_c_files(setup: Setup, paths: Sequence[str]) -> Iterator[str]:
    """Those of ``paths`` that are files, but not of C."""
    for path in paths:
        if path and not is_c_file(path):
            try:
                setup.source.read(path)
            except InputError:
                continue  # a directory
            yield path


def _relative(setup: Setup, given: str) -> str:
    for candidate in (
        os.path.relpath(os.path.realpath(given), os.path.realpath(setup.top)),
        given.rstrip("/"),
    ):
        if not candidate.startswith("..") and not os.path.isabs(candidate):
            path = "" if candidate == "." else candidate
            if not path or setup.source.exists(path):
                return path
    if os.path.exists(given) and not setup.config.rev:
        raise InputError(given, f"is not in the tree {setup.top}", "give its tree with --tree")
    raise InputError(
        given, f"is not in {setup.source.name}", "check the spelling, or give the tree with --tree"
    )


def arch_of(setup: Setup, paths: Sequence[str]) -> str:
    """The architecture of a run: the one asked for, that of the paths, or the default."""
    context = setup.context
    if setup.config.arch:
        name = context.aliases.get(setup.config.arch, setup.config.arch)
        if name not in context.arches and not setup.source.exists(f"arch/{name}"):
            known = ", ".join(sorted(context.arches))
            raise InputError(
                f"--arch {setup.config.arch}", "there is no such architecture", f"known are {known}"
            )
        return name
    built_for = _HEADED.search(setup.kconfig) if setup.kconfig is not None else None
    if built_for is not None and built_for[1] in context.aliases:
        return context.aliases[built_for[1]]
    for path in paths:
        name = context.arch_of(path)
        if name:
            return name
    return context.default_arch


def view_of(setup: Setup, arch: str) -> View:
    """The view of an architecture, under the kernel configuration of the run, where one is given."""
    from kscan.link.view import View  # noqa: PLC0415 - see Setup

    context = setup.context
    known = context.arches.get(arch) or context.arches[context.default_arch]
    symbols = dict.fromkeys(known.defined, True) | dict.fromkeys(known.undefined, False)
    view = View(arch, symbols, known.values)
    return view.configured(setup.kconfig) if setup.kconfig is not None else view


def _kconfig(config: Config) -> str | None:
    """The text of the kernel configuration of a run."""
    if config.kconfig is None:
        return None
    text = config.kconfig.read_text("utf-8", "replace")
    if "CONFIG_" not in text:
        raise InputError(str(config.kconfig), "is no kernel configuration", "give a .config of the kernel")
    return text
