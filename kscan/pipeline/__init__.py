"""The only module that runs the stages in order; it owns processes, memory and the cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath

from kscan.config import Config
from kscan.facts.extract import extract
from kscan.facts.model import FileFacts
from kscan.facts.store import FactsStore
from kscan.findings.model import Report
from kscan.pipeline.facts import FactsLoader, Loaded
from kscan.pipeline.patch import judge_inputs
from kscan.pipeline.scan import arch_of, coverage_of, link, run_rules, scope_of, set_up

__all__ = ["FactsLoader", "Loaded", "facts_of", "judge", "scan"]


def scan(config: Config) -> Report:
    """The findings in the paths of a tree.  Raises InputError and RuleError."""
    with _store(config) as store:
        setup = set_up(config, store)
        paths = scope_of(setup)
        linked = link(setup, setup.source, paths, arch_of(setup, paths))
        findings = run_rules(setup, linked)
        return Report(config.invocation, coverage_of(linked), findings)


def judge(config: Config, inputs: Sequence[str]) -> Report:
    """What the patches in ``inputs`` introduce, fix and carry.  Raises InputError and RuleError."""
    with _store(config) as store:
        return judge_inputs(set_up(config, store), inputs)


def facts_of(config: Config, path: str) -> FileFacts:
    """What kscan understands of one file.  Raises InputError."""
    setup = set_up(config, None)
    return extract(setup.source.read(PurePath(path).as_posix()), setup.macros)


@contextmanager
def _store(config: Config) -> Iterator[FactsStore | None]:
    if config.cache is None:
        yield None
        return
    with FactsStore(config.cache) as store:
        yield store
