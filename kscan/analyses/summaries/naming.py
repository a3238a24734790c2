"""What names of functions and hooks say in the kernel: the one home of its conventions.

A name proves nothing.  It silences a claim, or says which of several readings is the likelier one.
"""

from __future__ import annotations

from functools import lru_cache

from kscan.regex import regex

_ENDING = regex(
    r"(^|_)(put|free|release|del|delete|destroy|unregister|deregister|uninit|remove|drop|unref|cleanup|exit|kill)(_|$)"
)
_FINAL = regex(
    r"(^|_)(exit|remove|release|destroy|free|disable|stop|off|detach|unbind|suspend|shutdown|fini|teardown|del"
    r"|delete|deinit|uninit|unregister|cleanup|close|dispose|disconnect|drop|put)(_[a-z0-9]+)?_*$"
    r"|(^|_)(release|destroy|free|delete|cleanup|dispose)(_[a-z0-9]+){2,3}$"
)
_RESTING = regex(r"(^|_)(off|disable|suspend|resume|restore|stop|shutdown|deinit|fini|close|disconnect)(_|$)")
_UNLOCKING = regex(r"unlock|release|drop|irqrestore|enable")
_CONVERTING = regex(r"(^|_)to_")


@lru_cache(maxsize=65536)
def sounds_ending(name: str) -> bool:
    """Whether a function's name says that it ends or gives back what it is given."""
    return _ENDING.search(name) is not None


def sounds_final(name: str) -> bool:
    """Whether a name says that what it works on comes to its end or to rest."""
    return _FINAL.search(name.rpartition(".")[2]) is not None


def sounds_draining(name: str) -> bool:
    """Whether a hook's name says that what is under way is waited for or thrown away, before an end too."""
    return name.rpartition(".")[2] == "flush"


def sounds_pausing(name: str) -> bool:
    """Whether a name says that what it works on rests, and goes on later."""
    return "suspend" in name


def goes_on(name: str) -> bool:
    """Whether a function is one that goes on whatever fails: it takes something down, or back up."""
    return sounds_ending(name) or _RESTING.search(name) is not None


def sounds_unlocking(callee: str) -> bool:
    """Whether what is called, by a field perhaps, may give a lock back."""
    return _UNLOCKING.search(callee.rpartition("->")[2]) is not None


def sounds_converting(name: str) -> bool:
    """Whether a function's name says that it gives what its argument is a part of."""
    return _CONVERTING.search(name) is not None
