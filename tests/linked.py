"""Programs linked from a few lines of C each, with the shipped tables and a small view."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

from kscan.config import rules_dir
from kscan.facts.extract import extract
from kscan.facts.model import Block, Body, Call, FileFacts
from kscan.kernel.load import KernelModel, load_model
from kscan.kernel.macros import MacroTable, load_macros
from kscan.link.edges import Edge, Func
from kscan.link.program import Program
from kscan.link.view import View

SYMBOLS = {"CONFIG_ON": True, "CONFIG_OFF": False}


@cache
def macros() -> MacroTable:
    return load_macros(rules_dir() / "kernel")


@cache
def model() -> KernelModel:
    return load_model(rules_dir() / "kernel")


@cache
def facts_of(text: str) -> FileFacts:
    facts = extract(text.encode(), macros())
    assert not facts.quality.partial, facts.quality
    return facts


class Around:
    """An Outside that gives what ``ask`` gives, and knows of no callers."""

    def __init__(self, ask: Callable[[str, str], Mapping[str, FileFacts]]) -> None:
        self._ask = ask

    def __call__(self, kind: str, name: str) -> Mapping[str, FileFacts]:
        return self._ask(kind, name)

    def texts(self, name: str) -> Sequence[bytes]:
        return ()

    def points(self, name: str) -> bool:
        return True

    def leading(self) -> Callable[[Iterable[str]], Iterable[str]]:
        return lambda _names: ()

    def calling(self, names: Collection[str], also: Collection[str]) -> Sequence[tuple[str, str]]:
        return ()

    def load(self, paths: Iterable[str]) -> Mapping[str, FileFacts]:
        return {}


def link(
    files: Mapping[str, str] | str,
    outside: Callable[[str, str], Mapping[str, FileFacts]] | None = None,
    *,
    arch: str = "powerpc",
    symbols: Mapping[str, bool] | None = None,
) -> Program:
    """The program of ``files`` (path to C text; a text alone is a.c)."""
    texts = {"a.c": files} if isinstance(files, str) else files
    view = View(arch, SYMBOLS if symbols is None else symbols)
    facts = {path: facts_of(text) for path, text in texts.items()}
    return Program(facts, view, Around(outside) if outside is not None else None)


def func(program: Program, name: str, path: str = "") -> Func:
    """The one function of a name (in the file ``path``, where given)."""
    (found,) = [f for f in program.named(name) if not path or f.path == path]
    return found


def body(text: str) -> Body:
    """The CFG of the first function of a text."""
    return facts_of(text).functions[0].body


def block_of(body: Body, callee: str) -> int:
    """The number of the block that calls ``callee``."""
    (found,) = [
        number
        for number, block in enumerate(body.blocks)
        if any(isinstance(e, Call) and e.callee == callee for e in block.events)
    ]
    return found


def branch_on(body: Body, left: str) -> Block:
    """The one block that branches on ``left``."""
    (found,) = [b for b in body.blocks if b.kind == "branch" and b.left == left]
    return found


def edges(found: Iterable[Edge]) -> list[tuple[str, str, str, int, str]]:
    """(caller, callee, kind, line, via) of edges, sorted."""
    return sorted((str(e.caller), str(e.callee), e.kind, e.line, e.via) for e in found)
