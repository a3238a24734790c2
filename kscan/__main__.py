"""``python -m kscan``."""

from kscan.cli import entry

entry()
