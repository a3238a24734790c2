"""Analyses: engines that know graphs and lattices, and nothing of rules."""
