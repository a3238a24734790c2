"""What a configuration builds, read from a few Makefiles and Kconfig files."""

from __future__ import annotations

import pytest

from kscan.link.built import Built
from kscan.link.view import View

FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "drivers/Kconfig"\n',
    "arch/powerpc/Kconfig": "config PPC\n\tbool\n\nconfig PPC64\n\tbool\n",
    "drivers/Kconfig": """
menu "Things"
	depends on PPC || ARM

config ARM_THING
	tristate "only there"
	depends on ARM

config ANY_THING
	tristate "anywhere"
	help
		This text says:
		depends on ARM

if ARM_THING
config INNER
	tristate "within"
endif

config NEITHER
	bool "without"
	depends on PPC=n

endmenu

menu "Others"
	depends on SPARC
config OTHER
	tristate "other"
endmenu
""",
    "drivers/Makefile": """
obj-y += always.o
obj-$(CONFIG_ARM_THING) += arm.o sub/
obj-$(CONFIG_ANY_THING) += any.o parts.o
obj-$(CONFIG_INNER)     += inner.o both.o
obj-$(CONFIG_ANY_THING) += both.o
obj-$(CONFIG_NEITHER)   += neither.o
obj-$(CONFIG_OTHER)     += other.o
obj-$(CONFIG_NOWHERE)   += nowhere.o
obj-$(CONFIG_ARM_THING) += pair.o
pair-y := left.o \\
          right.o
parts-$(CONFIG_INNER) += part.o
""",
    "drivers/sub/Makefile": "obj-y += deep.o\n",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("always", False),
        ("arm", True),
        ("any", False),
        ("inner", True),
        ("both", False),
        ("neither", True),
        ("other", True),
        ("nowhere", True),  # no Kconfig file defines its symbol
        ("left", True),  # of a composite that is not built
        ("right", True),
        ("part", True),
        ("unnamed", False),
        ("sub/deep", True),
    ],
)
def test_leaves_out(name: str, expected: bool) -> None:
    built = Built(View("powerpc", {"CONFIG_PPC": True}), FILES.get)
    assert built.leaves_out(f"drivers/{name}.c") is expected


def test_a_header_is_never_left_out() -> None:
    assert not Built(View("powerpc"), FILES.get).leaves_out("drivers/sub/a.h")


def test_a_symbol_unknown_in_part_of_a_tree_tells_nothing() -> None:
    files = {name: text for name, text in FILES.items() if name != "arch/powerpc/Kconfig"}
    built = Built(View("powerpc", {"CONFIG_PPC": True}), files.get)
    assert not built.leaves_out("drivers/nowhere.c")


def test_kconfig_that_includes_itself_ends() -> None:
    circle = 'config A\n\tbool "a"\n\tdepends on B\nconfig B\n\tbool "b"\n\tdepends on A\n'
    files = {"Kconfig": 'source "Kconfig"\n' + circle}
    files["d/Makefile"] = "obj-$(CONFIG_A) += a.o\n"
    assert not Built(View("powerpc"), files.get).leaves_out("d/a.c")


@pytest.mark.parametrize(
    ("definitions", "expected"),
    [
        ("config A\n\tbool\n", True),
        ("config A\n\tbool \"A\"\n", False),
        ("config A\n\tbool\n\tprompt \"A\" if OFF\n", True),
        ("config A\n\tdef_bool y\n", False),
        ("config A\n\tbool\n\tdefault n\n", True),
        ("config A\n\tbool\n\tdefault y if OFF\n", True),
        ("config A\n\tdef_tristate OFF\n", True),
        ("config A\n\tbool\n\tdepends on OFF\nconfig S\n\tbool \"S\"\n\tselect A\n", False),
        ("config A\n\tbool\nconfig S\n\tbool \"S\"\n\tdepends on OFF\n\tselect A\n", True),
        ("config A\n\tbool\nconfig S\n\tbool \"S\"\n\tselect A if OFF\n", True),
        ("config A\n\tbool\nconfig S\n\tbool\n\tselect A\n", True),
        ("config A\n\tbool\n\thelp\n\t  select A\n\t  bool \"no\"\n", True),
        ("config A\n\tbool\nmenuconfig A\n\tbool \"A\"\n\tdepends on OFF\n", True),
        ("config A\n\tbool\n\tselect B\nconfig B\n\tbool\n\tselect A\n", False),
    ],
    ids=[
        "never", "prompt", "prompt under a condition", "default", "default n", "default under a condition",
        "default of another", "selected, whatever it depends on", "selected by what cannot be",
        "selected under a condition", "selected by what is never set", "only in the help",
        "defined twice", "in a circle",
    ],
)  # fmt: skip
def test_what_can_be_set(definitions: str, expected: bool) -> None:
    files = {"Kconfig": definitions, "d/Makefile": "obj-$(CONFIG_A) += a.o\n"}
    assert Built(View("powerpc", {"CONFIG_OFF": False}), files.get).leaves_out("d/a.c") is expected
