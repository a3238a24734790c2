"""Parse: bytes to a syntax tree whose offsets are those of the file."""
