"""One architecture and configuration at a time."""

from __future__ import annotations

import pytest

from kscan.link.view import View

VIEW = View("powerpc", {"CONFIG_ON": True, "CONFIG_OFF": False})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("arch/powerpc/kernel/a.c", True),
        ("arch/x86/kernel/a.c", False),
        ("arch/Kconfig.c", True),
        ("drivers/pci/a.c", True),
        ("tools/arch/x86/a.c", True),
    ],
)
def test_covers(path: str, expected: bool) -> None:
    assert VIEW.covers(path) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("CONFIG_ON", True),
        ("CONFIG_OFF", False),
        ("CONFIG_OTHER", None),
        ("!CONFIG_ON", False),
        ("!CONFIG_OTHER", None),
        ("0", False),
        ("1", True),
        ("defined(CONFIG_ON)", True),
        ("defined CONFIG_OFF", False),
        ("IS_ENABLED(CONFIG_ON) && IS_BUILTIN(CONFIG_OFF)", False),
        ("CONFIG_ON && CONFIG_OTHER", None),
        ("CONFIG_OFF && CONFIG_OTHER", False),
        ("CONFIG_OTHER && CONFIG_OFF", False),
        ("CONFIG_ON || CONFIG_OTHER", True),
        ("CONFIG_OTHER || CONFIG_ON", True),
        ("CONFIG_OFF || CONFIG_OTHER", None),
        ("CONFIG_ON || CONFIG_ON && CONFIG_OFF", True),
        ("(CONFIG_ON || CONFIG_ON) && CONFIG_OFF", False),
        ("!(CONFIG_ON && CONFIG_OFF)", True),
        ("!defined(CONFIG_OFF)", True),
        ("LIMIT > 2", None),
        ("CONFIG_ON + 1", None),
        ("(CONFIG_ON", None),
        ("CONFIG_ON)", None),
        ("CONFIG_ON CONFIG_ON", None),
        ("&&", None),
        ("!", None),
        ("", None),
    ],
)
def test_truth(condition: str, expected: bool | None) -> None:
    assert VIEW.truth(condition) is expected


CONFIGURED = VIEW.configured(
    "# Linux/powerpc 6.1.0 Kernel Configuration\nCONFIG_ON=y\nCONFIG_DRIVER=m\n# CONFIG_OTHER is not set\n"
    'CONFIG_NR_CPUS=8\nCONFIG_NAME="CONFIG_QUOTED=y"\n'
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("CONFIG_ON", True),
        ("CONFIG_DRIVER", False),
        ("CONFIG_DRIVER_MODULE", True),
        ("IS_ENABLED(CONFIG_DRIVER)", True),
        ("IS_BUILTIN(CONFIG_DRIVER)", False),
        ("IS_MODULE(CONFIG_DRIVER)", True),
        ("IS_MODULE(CONFIG_ON)", False),
        ("CONFIG_OTHER", False),
        ("CONFIG_NEVER_HEARD_OF", False),
        ("CONFIG_QUOTED", False),
        ("CONFIG_NAME", True),
        ("CONFIG_NR_CPUS > 4", True),
        ("NR_CPUS == 8", True),
        ("SOMETHING_ELSE", None),
    ],
)
def test_a_kernel_configuration_leaves_no_symbol_open(condition: str, expected: bool | None) -> None:
    assert CONFIGURED.truth(condition) is expected


def test_a_module_is_enabled_and_not_built_in() -> None:
    assert CONFIGURED.enabled("CONFIG_DRIVER") is True
    assert CONFIGURED.known("CONFIG_DRIVER") is False
    assert VIEW.enabled("CONFIG_UNKNOWN") is None


@pytest.mark.parametrize(
    ("guards", "active", "certain"),
    [
        ((), True, True),
        (("CONFIG_ON",), True, True),
        (("CONFIG_ON", "CONFIG_OFF"), False, False),
        (("CONFIG_ON", "CONFIG_OTHER"), True, False),
    ],
)
def test_code_under_conditions(guards: tuple[str, ...], active: bool, certain: bool) -> None:
    assert VIEW.active(guards) is active
    assert VIEW.certain(guards) is certain


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("NR_CPUS > 1", True),
        ("NR_CPUS == 1", False),
        ("NR_CPUS <= 0x8", True),
        ("CONFIG_OFF == 0", True),
        ("CONFIG_OTHER >= 2", None),
        ("NR_CPUS > LIMIT", None),
        ("NR_CPUS >= 8UL && CONFIG_ON", True),
        ("!NR_CPUS", False),
        ("NR_CPUS >", None),
    ],
)
def test_numbers(condition: str, expected: bool | None) -> None:
    view = View("powerpc", VIEW.symbols, {"NR_CPUS": 8})
    assert view.truth(condition) is expected
