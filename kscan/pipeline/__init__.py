"""The only module that runs the stages in order; it owns processes, memory and the cache."""

from kscan.pipeline.facts import FactsLoader, Loaded

__all__ = ["FactsLoader", "Loaded"]
