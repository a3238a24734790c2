"""What the files of a run teach about the roles of functions."""

from __future__ import annotations

from kscan.analyses.learning.roles import Learning, Proposal
from kscan.config import Config
from kscan.errors import InputError
from kscan.facts.store import FactsStore
from kscan.kernel.learning import load_naming
from kscan.link.program import Program
from kscan.parse.kerneldoc import KernelDoc, read_docs
from kscan.pipeline.setup import Setup, arch_of, scope_of
from kscan.pipeline.stages import link
from kscan.sources import Source


class Comments:
    """The kernel-doc comments of the files of a program, read when asked for."""

    def __init__(self, program: Program, source: Source) -> None:
        self._program = program
        self._source = source
        self._read: set[str] = set()
        self._found: dict[str, tuple[str, KernelDoc]] = {}

    def __call__(self, name: str) -> tuple[str, KernelDoc] | None:
        """The file and the comment of a function."""
        self._program.declares(name)
        for path in self._program.facts.keys() - self._read:
            self._read.add(path)
            try:
                text = self._source.read(path)
            except InputError:
                continue
            for function, doc in read_docs(text).items():
                self._found[function] = min(self._found.get(function, (path, doc)), (path, doc), key=_place)
        return self._found.get(name)


def _place(found: tuple[str, KernelDoc]) -> tuple[str, int]:
    return found[0], found[1].line


def learn(config: Config, store: FactsStore | None) -> tuple[Proposal, ...]:
    """The roles that the paths of a run teach.  Raises InputError and RuleError."""
    with Setup(config, store) as setup:
        naming = load_naming(config.rules_dir / "kernel")
        paths = scope_of(setup)
        files = tuple(setup.source.paths(paths))
        program = link(setup, setup.source, files, arch_of(setup, paths)).program
        return Learning(program, setup.model.apis, naming, Comments(program, setup.source)).proposals()
