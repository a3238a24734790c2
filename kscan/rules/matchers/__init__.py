"""Matchers: each reads one kind of rule; found by module name."""
