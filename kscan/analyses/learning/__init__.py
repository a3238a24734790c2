"""Roles of functions, learnt from a tree."""
