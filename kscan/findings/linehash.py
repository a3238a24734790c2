"""CodeQL's name for a source line, which GitHub expects as ``primaryLocationLineHash``.

The hash of a line is a polynomial one (base 37, modulo 2^64) over the first 100 UTF-16 units from
the start of the line on, spaces and tabs left out, every line end as one LF, 65535 for the end of
the file and zeros after it.  Here the hashes of all prefixes are made first; that of a window is
the difference of two.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

_BASE = 37
_BITS = (1 << 64) - 1
_WINDOW = 100
_SHIFT = pow(_BASE, _WINDOW, 1 << 64)
_LF, _END = 10, 65535


def line_hashes(text: str) -> tuple[str, ...]:
    """The hash of every line of ``text``, as ``hexadecimal:occurrence``; of its empty end, too."""
    units = _units(text)
    prefixes = list(accumulate(units, lambda total, unit: (total * _BASE + unit) & _BITS, initial=0))
    seen: Counter[str] = Counter()
    names = []
    for start in _starts(units):
        value = (prefixes[start + _WINDOW] - prefixes[start] * _SHIFT) & _BITS
        name = f"{value:x}"
        seen[name] += 1
        names.append(f"{name}:{seen[name]}")
    return tuple(names)


def _units(text: str) -> Sequence[int]:
    """The UTF-16 units that count, the end of the file and what follows it."""
    kept = re.sub(r"[ \t]+", "", re.sub(r"\r\n?", "\n", text))
    units = array("H", kept.encode("utf-16-le", "surrogatepass"))
    units.append(_END)
    units.extend([0] * _WINDOW)
    return units


def _starts(units: Sequence[int]) -> list[int]:
    last = len(units) - _WINDOW  # one past the unit that ends the file
    return [0, *(i + 1 for i in range(last - 1) if units[i] == _LF)]
