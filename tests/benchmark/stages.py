"""CPU per stage, in this process: which stage the time goes to."""

from __future__ import annotations

import gc
import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kscan.config import rules_dir
from kscan.facts.model import FileFacts, decode, encode
from kscan.kernel.macros import MacroTable, load_macros
from kscan.sources.tree import Tree

Table = dict[str, float]

# Where a stage is called from, and what the stage is called here.  Times are exclusive: what an
# inner stage takes is not counted for the outer one.
_INNER = (
    ("kscan.parse.c", "normalise", "normalise"),
    ("kscan.parse.c", "second_chance", "second chance"),
    ("kscan.facts.extract", "parse", "parse"),
    ("kscan.facts.extract", "judge", "judge"),
)


class Stopwatch:
    """CPU time by stage; stages may be nested."""

    def __init__(self) -> None:
        self.table: Table = {}
        self._open: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside for ``name`` alone."""
        self._open.append(0.0)
        start = time.process_time()
        try:
            yield
        finally:
            taken = time.process_time() - start
            inner = self._open.pop()
            self.table[name] = self.table.get(name, 0.0) + taken - inner
            if self._open:
                self._open[-1] += taken

    def wrap(self, module: str, function: str, name: str) -> Callable[[], None]:
        """Time a function where ``module`` calls it; gives what undoes this."""
        owner = importlib.import_module(module)
        original = getattr(owner, function, None)
        if original is None:
            return lambda: None

        def timed(*args: Any, **options: Any) -> Any:
            with self.stage(name):
                return original(*args, **options)

        setattr(owner, function, timed)
        return lambda: setattr(owner, function, original)


def measure(top: str, under: Sequence[str]) -> Table:
    """CPU seconds of each stage over the files of ``under``."""
    watch = Stopwatch()
    gc.disable()
    try:
        with watch.stage("kernel model"):
            macros = load_macros(rules_dir() / "kernel")
        tree = Tree(top)
        with watch.stage("list"):
            paths = list(tree.paths(under))
        packed = _extract(watch, tree, paths, macros)
        with watch.stage("decode headers"):
            facts = [decode(data) for data in packed]
        with watch.stage("decode bodies"):
            for file in facts:
                for function in file.functions:
                    _ = function.body
    finally:
        gc.enable()
    return watch.table


def _extract(watch: Stopwatch, tree: Tree, paths: Sequence[str], macros: MacroTable) -> list[bytes]:
    from kscan.facts import extract as module  # noqa: PLC0415 - its import is not to be counted

    undo = [watch.wrap(*inner) for inner in _INNER]
    packed = []
    try:
        for path in paths:
            with watch.stage("read"):
                source = tree.read(path)
            with watch.stage("lower"):
                facts: FileFacts = module.extract(source, macros)
            with watch.stage("encode"):
                packed.append(encode(facts))
    finally:
        for restore in undo:
            restore()
    return packed
