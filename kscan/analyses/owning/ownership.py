"""Who holds a resource at the end of each path: followed one acquisition at a time.

From each acquisition on, every path on which it succeeded is followed with the names that
hold the resource, until something gives it back (released), or makes it reachable for others
(escaped: stored, returned, handed to a function that may keep it), or the function returns
with it (held).  One acquisition at a time keeps the number of states small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kscan.analyses.owning.acquiring import Acquiring
from kscan.analyses.owning.endings import Endings
from kscan.analyses.owning.held import Outcome, Site
from kscan.analyses.owning.holding import Holding
from kscan.analyses.owning.wrappers import Wrappers
from kscan.analyses.summaries.certain import Certain
from kscan.analyses.summaries.parameters import Parameters
from kscan.analyses.summaries.undoing import Undoing
from kscan.kernel.apis import Apis
from kscan.link.edges import Func
from kscan.link.program import Program


class Ownership:
    """Acquisitions of a program's functions and what becomes of them."""

    def __init__(self, program: Program, apis: Apis) -> None:
        self.program = program
        self.apis = apis
        self.parameters = program.shared(Parameters, apis)
        self.undoing = program.shared(Undoing, apis)
        self.certain = program.shared(Certain, apis)
        self.wrappers = Wrappers(self, program, apis)
        self._bodies: dict[Func, Holding] = {}
        self._acquiring: dict[Func, Acquiring] = {}
        self._endings: dict[Func, Endings] = {}
        self._sites: dict[Func, tuple[Site, ...]] = {}
        self._outcomes: dict[tuple[Site, int], Outcome] = {}
        self._glances: dict[Site, Outcome] = {}
        self._rough: dict[tuple[Site, int], Outcome] = {}

    def functions(self, names: Iterable[str]) -> list[Func]:
        """The scanned functions that call one of ``names``, by file and line."""
        called = self.program.called
        found = {func for name in names if name in called for func in self.program.calling(name)}
        return sorted(
            (func for func in found if func.path in self.program.scope), key=lambda f: (f.path, f.fact.line)
        )

    def holding(self, func: Func) -> Holding:
        """The analysis of one function."""
        found = self._bodies.get(func)
        if found is None:
            found = self._bodies[func] = Holding(self, func)
        return found

    def acquisitions(self, func: Func, resources: frozenset[str], *, wrapped: bool = False) -> Iterator[Site]:
        """The acquisitions of ``resources`` in a function.

        ``wrapped``: also those by functions whose bodies alone show that they acquire.
        """
        found = self.sites(func)
        if wrapped:
            found += self._acquirer(func).wrapped(resources)
        return (site for site in found if site.resource.name in resources)

    def sites(self, func: Func) -> tuple[Site, ...]:
        """The acquisitions in a function of what nothing else gives back at the end of its scope."""
        found = self._sites.get(func)
        if found is None:
            found = self._sites[func] = self._acquirer(func).sites()
        return found

    def outcome(self, site: Site, mask: int | None = None) -> Outcome:
        """What becomes of an acquisition, or of what a call left whose result is in ``mask``."""
        key = (site, site.held if mask is None else mask)
        found = self._outcomes.get(key)
        if found is None:
            found = self._outcomes[key] = self._ending(site.func).refined(self.rough_outcome(*key), key[1])
        return found

    def rough_outcome(self, site: Site, mask: int | None = None) -> Outcome:
        """As ``outcome``, with ways that what is known on the way to the acquisition rules out, too."""
        key = (site, site.held if mask is None else mask)
        found = self._rough.get(key)
        if found is None:
            found = self._rough[key] = self._ending(site.func).rough(*key)
        return found

    def glance(self, site: Site) -> Outcome:
        """How the paths from an acquisition may end: more of those that leave it held, found sooner."""
        found = self._glances.get(site)
        if found is None:
            found = self._glances[site] = self._ending(site.func).glance(site)
        return found

    def may_keep(self, site: Site) -> bool:
        """Whether the function may end with what it acquired: a quick superset, blind to what tests tell."""
        return self._ending(site.func).may_keep(site)

    def _acquirer(self, func: Func) -> Acquiring:
        found = self._acquiring.get(func)
        if found is None:
            found = self._acquiring[func] = Acquiring(self, self.holding(func))
        return found

    def _ending(self, func: Func) -> Endings:
        found = self._endings.get(func)
        if found is None:
            found = self._endings[func] = Endings(self.holding(func), self.certain, self.apis)
        return found
