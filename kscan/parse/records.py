"""What normalisation removes or rewrites, as side tables: plain frozen data."""

from __future__ import annotations

import msgspec


class Use(msgspec.Struct, frozen=True):
    """A macro used at file scope and blanked: ``module_init(f);``.  Lines are 1-based."""

    name: str
    args: tuple[str, ...]
    line: int
    start: int
    end: int


class Head(msgspec.Struct, frozen=True):
    """A declaration that the normaliser made out of a macro use.

    ``kind`` is ``function`` (a made head; ``name`` is the function's name, ``params`` its
    parameters as (type, name) where the macro's rule tells them), ``table`` (a made
    initialiser of ``type`` for the instance ``name``) or ``variable`` (a declaration made
    of a macro such as DECLARE_BITMAP; ``type`` is empty).
    """

    kind: str
    macro: str
    args: tuple[str, ...]
    name: str
    line: int
    type: str = ""
    params: tuple[tuple[str, str], ...] = ()
