"""What is followed of an acquisition: where it is made, who holds the resource, and how paths end."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kscan.analyses.body.access import Object
from kscan.analyses.body.cfg import Place
from kscan.analyses.body.paths import Node
from kscan.facts.model import Call
from kscan.kernel.apis import Resource
from kscan.link.edges import Func

PERHAPS = "perhaps released"  # an exit by a call that may give back this, or only something of the kind


class Site(msgspec.Struct, frozen=True, eq=False):
    """A call that acquires.  ``named``: a variable gets the resource; else an object's state changes."""

    func: Func
    place: Place
    call: Call
    resource: Resource
    holders: frozenset[Object]
    held: int  # mask of the result with which the resource is held
    named: bool
    loop: bool = False
    kept_on_failure: bool = False
    same: str = ""  # the argument that is given back with one more reference
    looked_in: str = ""  # the argument without which there is nothing to find
    given: str = ""  # the argument whose state changes; nothing would change if it were NULL
    on: Object | None = None  # what it was set up on, which takes it along when it goes
    failure: str = "never"  # one of kscan.kernel.apis.FAILURES
    wrapped: bool = False  # by a function whose body shows it, not by one that the kernel model knows


class Held(NamedTuple):
    """State of one path: who holds how many references."""

    holders: frozenset[Object]
    references: int = 1
    passed: frozenset[str] = frozenset()  # functions of unknown effect that were given it
    stored: bool = False  # others may find it, by a field or a global


class Exit(msgspec.Struct, frozen=True):
    """How one path ends.  ``error``: None where it is not known whether the function fails there.

    ``kind``: released, perhaps released, escaped, held or lost; "stored " before it once others may find it.
    """

    kind: str
    line: int
    node: Node[Held]
    error: bool | None = None
    how: str = ""
    passed: frozenset[str] = frozenset()


class Outcome(msgspec.Struct):
    """How the paths from one acquisition end, nearest first."""

    site: Site
    exits: list[Exit] = msgspec.field(default_factory=list)
    complete: bool = True

    def of(self, *kinds: str) -> list[Exit]:
        """The exits of these kinds."""
        return [e for e in self.exits if e.kind in kinds]
