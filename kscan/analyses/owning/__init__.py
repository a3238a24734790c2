"""Who owns what a function acquires, on each of its paths."""
