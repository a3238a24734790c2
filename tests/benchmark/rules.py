"""CPU per rule, in this process, on facts that are there: which rule the time goes to.

What several rules share is worked out by the first of them that asks, and files of the context are parsed
for the first that loads them: the figures of two rules may change places with their order.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from kscan.config import Config
from kscan.pipeline.setup import Setup, arch_of
from kscan.pipeline.stages import link
from kscan.rules.matchers import find_matcher

Table = dict[str, float]


def measure(top: str, under: Sequence[str]) -> Table:
    """CPU seconds of each rule over the files of ``under``, the most expensive first."""
    taken: Table = {}
    with Setup(Config(tree=Path(top), rules=("all",), preview=True), None) as setup:
        linked = link(setup, setup.source, tuple(setup.source.paths(under)), arch_of(setup, under))
        for rule in setup.rules:
            start = time.process_time()
            for _finding in find_matcher(rule.matcher).match(rule, linked.program, setup.model):
                pass
            taken[rule.id] = time.process_time() - start
    return dict(sorted(taken.items(), key=lambda item: -item[1]))
