"""Parse: bytes to a syntax tree whose offsets are those of the file."""

LARGEST = 16 << 20
"""Bytes of a file; larger ones are refused. The largest of the kernel's own C files has a fifth of it."""
