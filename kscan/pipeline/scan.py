"""The stages, as scripts that are still at work import them."""

from __future__ import annotations

from kscan.pipeline.stages import analyse, link, loader_of, run_rules

__all__ = ["analyse", "link", "loader_of", "run_rules"]
