"""What learning roles from a tree goes by: names that tell of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from kscan.kernel.read import ModelFile

_KEYS = frozenset({"opposites", "counting", "making", "managed"})


class Naming(msgspec.Struct, frozen=True):
    """``opposites``: a word of a name -> the words of which each undoes it; ``counting``: those that count
    references; ``making``: those that make something; ``managed``: how names begin whose work is undone by
    the driver core."""

    opposites: Mapping[str, tuple[str, ...]]
    counting: frozenset[str]
    making: frozenset[str]
    managed: tuple[str, ...]

    def opposed(self, name: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """The names that a function would have that undoes the one called ``name``, with the two words."""
        padded = f"_{name}_"
        for word, others in self.opposites.items():
            if f"_{word}_" in padded:
                head, _, tail = padded.rpartition(f"_{word}_")
                yield from ((f"{head}_{other}_{tail}"[1:-1], (word, other)) for other in others)


def load_naming(folder: Path) -> Naming:
    """The names in ``folder``/learning.yaml (rules/kernel); RuleError for what is wrong in it."""
    from kscan.kernel.compose import read  # noqa: PLC0415 - needed where something is learnt only

    return parse_naming(read(folder / "learning.yaml")[0])


def parse_naming(file: ModelFile) -> Naming:
    """The names in learning.yaml; RuleError for what is wrong in it."""
    content = file.content
    file.only(content, _KEYS)
    opposites = file.mapping(content.get("opposites"), "opposites")
    return Naming(
        {word: tuple(file.names(others, "opposites", word)) for word, others in opposites.items()},
        frozenset(file.names(content.get("counting"), "counting")),
        frozenset(file.names(content.get("making"), "making")),
        file.words(content.get("managed"), "managed"),
    )
