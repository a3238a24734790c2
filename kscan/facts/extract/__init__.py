"""Extract: one pass over a syntax tree gives the facts of its file."""
