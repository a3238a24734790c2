"""Regular expressions that are compiled when they are first used.

A run needs a third of those that its modules define, and compiling all takes a tenth of the time that
judging a small patch does.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Later:
    """Stands for a ``re.Pattern``, and has what that has once something is asked of it."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        # Only for what is not in __dict__: from the second time on, a method is found there.
        found = getattr(re.compile(self._source, self._flags), name)
        self.__dict__[name] = found
        return found


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, but for the time; so an error in ``source`` shows only when it is used."""
    return cast("re.Pattern[AnyStr]", _Later(source, flags))
