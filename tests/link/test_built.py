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
	tristate
	help
		This text says:
		depends on ARM

if ARM_THING
config INNER
	tristate
endif

config NEITHER
	depends on PPC=n

endmenu

menu "Others"
	depends on SPARC
config OTHER
	tristate
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
    files = {"Kconfig": 'source "Kconfig"\nconfig A\n\tdepends on B\nconfig B\n\tdepends on A\n'}
    files["d/Makefile"] = "obj-$(CONFIG_A) += a.o\n"
    assert not Built(View("powerpc"), files.get).leaves_out("d/a.c")
