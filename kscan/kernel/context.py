"""Context: the architecture a path implies, the configuration assumed, where linked files are looked for."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kscan.kernel.read import ModelFile


class Arch(msgspec.Struct, frozen=True, gc=False):
    """An architecture: its folder below arch/, its other names, paths that imply it, its configuration."""

    name: str
    aliases: tuple[str, ...]
    paths: tuple[str, ...]  # prefixes of paths, arch/<name> included
    defined: frozenset[str]  # CONFIG_ and predefined names taken as set, the common ones included
    undefined: frozenset[str]  # names taken as not set, the common ones included
    values: Mapping[str, int]  # numbers that names stand for in conditions


class Context(msgspec.Struct, frozen=True, gc=False):
    """What a scan assumes and where it looks beyond the paths it was given."""

    default_arch: str
    arches: Mapping[str, Arch]  # by name
    aliases: Mapping[str, str]  # any name -> name
    default_paths: tuple[str, ...]
    headers: tuple[str, ...]  # folders searched for headers, in order; {arch} is filled in
    core: tuple[str, ...]  # folders of definitions and callers worth linking, in order
    library: tuple[str, ...]  # folders of definitions that are linked where the core has none

    def folders(self, arch: str) -> tuple[tuple[str, ...], ...]:
        """``headers``, ``core`` and ``library`` of an architecture."""
        return tuple(
            tuple(folder.format(arch=arch) for folder in group)
            for group in (self.headers, self.core, self.library)
        )

    def arch_of(self, path: str) -> str:
        """The architecture that ``path`` (relative to the tree) implies, or the empty string."""
        best, length = "", -1
        for arch in self.arches.values():
            for prefix in arch.paths:
                if len(prefix) > length and (path + "/").startswith(prefix):
                    best, length = arch.name, len(prefix)
        return best


_KEYS = frozenset(
    {"default_arch", "default_paths", "headers", "core", "library", "set", "unset", "values", "arches"}
)
_ARCH_KEYS = frozenset({"aliases", "paths", "set", "unset", "values"})


def parse_context(file: ModelFile) -> Context:
    """The context in context.yaml; RuleError for what is wrong in it."""
    content = file.content
    file.only(content, _KEYS)
    common_set, common_unset = (
        frozenset(file.names(content.get("set"), "set")),
        frozenset(file.names(content.get("unset"), "unset")),
    )
    common_values = _values(file, content.get("values"), "values")
    arches = {}
    for name, value in file.mapping(content.get("arches"), "arches").items():
        entry = file.mapping(value, "arches", name)
        file.only(entry, _ARCH_KEYS, "arches", name)
        own_set = frozenset(file.names(entry.get("set"), "arches", name, "set"))
        own_unset = frozenset(file.names(entry.get("unset"), "arches", name, "unset"))
        for both in sorted(own_set & own_unset):
            file.fail(
                f"`arches: {name}` takes {both} as both set and unset.",
                "keep one of the two",
                "arches",
                name,
                both,
            )
        arches[name] = Arch(
            name,
            file.words(entry.get("aliases"), "arches", name, "aliases"),
            (f"arch/{name}/", *file.words(entry.get("paths"), "arches", name, "paths")),
            (common_set - own_unset) | own_set,
            (common_unset - own_set) | own_unset,
            common_values | _values(file, entry.get("values"), "arches", name, "values"),
        )
    default = file.string(content.get("default_arch"), "default_arch")
    if default not in arches:
        file.fail(
            f"`default_arch` is {default!r}, which `arches` does not have.",
            "name one of them",
            "default_arch",
        )
    return Context(
        default_arch=default,
        arches=arches,
        aliases={alias: arch.name for arch in arches.values() for alias in (arch.name, *arch.aliases)},
        default_paths=file.words(content.get("default_paths"), "default_paths"),
        headers=file.words(content.get("headers"), "headers"),
        core=file.words(content.get("core"), "core"),
        library=file.words(content.get("library"), "library"),
    )


def _values(file: ModelFile, value: object, *where: str) -> dict[str, int]:
    found = {}
    for name in file.mapping(value, *where):
        text = file.string(file.mapping(value, *where)[name], *where, name)
        if not text.isdigit():
            file.fail(f"`{': '.join(where)}` gives {name} no number.", "write digits", *where, name)
        found[name] = int(text)
    return found
