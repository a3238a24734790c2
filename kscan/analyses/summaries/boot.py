"""Which functions run only while the kernel starts: what they set up is there to stay.

Nobody can undo it when they fail, nor does it stand in the way of a second try.  A file with an exit
function is a module: its init function may be tried again.  So may an ``__init`` function of a file that
has none, if what calls it is in one that has.
"""

from __future__ import annotations

from kscan.kernel.entrypoints import EntryPoints
from kscan.link.edges import Func
from kscan.link.program import Program

_LEVELS = 4


class Boot:
    """Answers for the functions of a program; remembers what it found."""

    def __init__(self, program: Program, entrypoints: EntryPoints) -> None:
        self._program = program
        self._calls = entrypoints.calls
        self._loadable = {name for name, made in entrypoints.drivers.items() if made.unregister}
        self._loadable |= {name for name, call in self._calls.items() if not call.boot}
        self._found: dict[Func, bool] = {}

    def runs_only_then(self, func: Func) -> bool:
        """Whether nothing but code that runs once, while the kernel starts, reaches a function."""
        found = self._found.get(func)
        if found is None:
            found = self._found[func] = self._search(func, _LEVELS) is True
        return found

    def _search(self, func: Func, levels: int) -> bool | None:
        """The answer; None where nothing that is known reaches it."""
        uses = self._program.facts[func.path].uses
        starts = [
            call.boot
            for use in uses
            if (call := self._calls.get(use.name)) is not None
            and use.args[call.arg : call.arg + 1] == (func.name,)
        ]
        module = any(use.name in self._loadable for use in uses)
        if starts:
            return all(starts) and not module
        thrown_away = True if func.fact.section == "init" and not module else None
        if not levels or any(path == func.path for path, _binding in self._program.bound(func.name)):
            return thrown_away or False
        if func.fact.linkage != "static":
            self._program.demand_callers(func)
        callers = [
            caller
            for caller in self._program.calling(func.name)
            if caller is not func and func in self._program.resolve(func.name, caller.path)
        ]
        answers = {self._search(caller, levels - 1) for caller in callers}
        return thrown_away if answers <= {None} else False not in answers
