"""kscan: find hazards in Linux kernel C source and in the patches mailed for it."""

__version__ = "0.1.0"
