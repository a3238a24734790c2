"""Stage by stage from a tree to findings: sources, facts, link, rules."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kscan.config import Config
from kscan.errors import InputError
from kscan.facts.model import FileFacts
from kscan.facts.store import FactsStore
from kscan.findings.fingerprint import settle
from kscan.findings.model import Coverage, Finding, Skipped
from kscan.kernel.load import KernelModel, load_model
from kscan.kernel.macros import MacroTable, load_macros
from kscan.link.program import Program
from kscan.link.view import View
from kscan.pipeline.facts import FactsLoader, Loaded
from kscan.pipeline.outside import Outside
from kscan.rules.load import load_rules
from kscan.rules.matchers import find_matcher
from kscan.rules.schema import Rule
from kscan.rules.select import select_rules
from kscan.sources import Source
from kscan.sources.gitrev import GitRev
from kscan.sources.tree import Tree, find_tree


@dataclass(frozen=True, slots=True)
class Setup:
    """What every stage of a run shares."""

    config: Config
    source: Source
    top: Path
    model: KernelModel
    macros: MacroTable
    rules: tuple[Rule, ...]
    store: FactsStore | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A linked program and what was looked at for it."""

    program: Program
    loaded: Loaded
    outside: Outside
    scope: frozenset[str]


def set_up(config: Config, store: FactsStore | None) -> Setup:
    """Open the tree and load rules and model.  Raises InputError and RuleError."""
    top = _top(config)
    source: Source = GitRev(top, config.rev) if config.rev else Tree(top)
    kernel = config.rules_dir / "kernel"
    rules = select_rules(load_rules(config.rules_dir), config.rules, preview=config.preview)
    return Setup(config, source, top, load_model(kernel), load_macros(kernel), rules, store)


def _top(config: Config) -> Path:
    if config.tree is not None:
        if not config.tree.is_dir():
            raise InputError(
                str(config.tree), "no such directory", "give the top of a kernel tree with --tree"
            )
        return config.tree
    start = Path(config.paths[0]) if config.paths else Path()
    if not start.exists():
        raise InputError(str(start), "no such file or directory", "name a path of a kernel tree")
    return find_tree(start)


def scope_of(setup: Setup) -> tuple[str, ...]:
    """The paths to scan, relative to the tree: those given, else the default directories there are."""
    if not setup.config.paths:
        defaults = [p for p in setup.model.context.default_paths if setup.source.exists(p)]
        if not defaults:
            wanted = ", ".join(setup.model.context.default_paths)
            raise InputError(
                setup.source.name, f"has none of the default paths {wanted}", "name the paths to scan"
            )
        return tuple(defaults)
    return tuple(_relative(setup, path) for path in setup.config.paths)


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
    context = setup.model.context
    if setup.config.arch:
        name = context.aliases.get(setup.config.arch, setup.config.arch)
        if name not in context.arches and not setup.source.exists(f"arch/{name}"):
            known = ", ".join(sorted(context.arches))
            raise InputError(
                f"--arch {setup.config.arch}", "there is no such architecture", f"known are {known}"
            )
        return name
    for path in paths:
        name = context.arch_of(path)
        if name:
            return name
    return context.default_arch


def view_of(model: KernelModel, arch: str) -> View:
    """The configuration view of an architecture."""
    known = model.context.arches.get(arch) or model.context.arches[model.context.default_arch]
    symbols = dict.fromkeys(known.defined, True) | dict.fromkeys(known.undefined, False)
    return View(arch, symbols)


def link(setup: Setup, source: Source, paths: Sequence[str], arch: str) -> Linked:
    """Load the facts below ``paths`` and link them, with what their hooks need from outside."""
    files = tuple(source.paths(paths))
    loader = FactsLoader(source, setup.macros, setup.store, jobs=setup.config.jobs)
    loaded = loader.load(files)
    context = setup.model.context
    outside = Outside(
        source,
        FactsLoader(source, setup.macros, setup.store, jobs=0),
        setup.store,
        [h.format(arch=arch) for h in context.headers],
        [c.format(arch=arch) for c in context.core],
        files,
    )
    program = Program(loaded.facts, view_of(setup.model, arch), outside)
    asked: set[str] = set()
    while new := program.open_hooks(setup.model.lifecycle.hooks) - asked:
        asked |= new
        program.add(outside.mentioning(new))
    return Linked(program, loaded, outside, frozenset(loaded.facts))


def run_rules(setup: Setup, linked: Linked) -> tuple[Finding, ...]:
    """The findings of the chosen rules that concern the scanned files, settled."""
    return settle(f for rule in setup.rules for f in _findings(rule, setup.model, linked))


def _findings(rule: Rule, model: KernelModel, linked: Linked) -> Iterator[Finding]:
    for finding in find_matcher(rule.matcher).match(rule, linked.program, model):
        inside = finding.file in linked.scope or any(s.file in linked.scope for s in finding.steps)
        if inside and rule.covers(finding.file):
            yield finding


def coverage_of(linked: Linked) -> Coverage:
    """What was looked at, and every function that was understood only in part."""
    facts = linked.loaded.facts
    partial = tuple(_partial(facts))
    return Coverage(
        files=len(facts),
        functions=sum(f.quality.bodies for f in facts.values()),
        partial=len(partial),
        context_files=len(linked.outside.loaded),
        skipped=tuple(sorted((*linked.loaded.skipped, *partial), key=lambda s: (s.file, s.line))),
    )


def _partial(facts: Mapping[str, FileFacts]) -> Iterator[Skipped]:
    for path, file in facts.items():
        for function in file.functions:
            if function.partial:
                yield Skipped(path, function.line, f"{function.name}() was parsed in part", partial=True)
