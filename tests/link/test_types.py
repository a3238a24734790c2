"""Types of access paths, through structs, typedefs and headers."""

from __future__ import annotations

import pytest

from kscan.facts.model import FileFacts
from kscan.link.program import Program
from kscan.link.types import bare
from tests.linked import facts_of, link

HEADER = """
struct kobject { char *name; };
struct device { struct kobject kobj; void *platform_data; };
struct ops { int (*open)(struct device *dev); void (*close)(struct device *dev); };
typedef struct { int counter; struct device *owner; } atomic_t;
typedef struct pdev pdev_t;
typedef pdev_t *pdev_p;
struct pdev {
	struct device dev;
	struct device *parent, *table[4];
	const struct ops *ops;
	atomic_t count;
	union { int number; struct device *peer; };
	struct { int depth; } state;
};
extern struct pdev first_pdev;
struct pdev *find_pdev(int number);
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return link({"include/pdev.h": HEADER, "a.c": "#include <pdev.h>\nstatic struct device own_device;\n"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("struct foo", "struct foo"),
        ("struct foo *", "struct foo"),
        ("const struct foo * const *", "struct foo"),
        ("struct foo *[]", "struct foo"),
        ("volatile u32 __iomem *", "u32"),
        ("", ""),
    ],
)
def test_bare(text: str, expected: str) -> None:
    assert bare(text) == expected


@pytest.mark.parametrize(
    ("root", "fields", "expected"),
    [
        ("struct pdev *", "dev", ("struct pdev", "dev")),
        ("struct pdev *", "dev kobj name", ("struct kobject", "name")),
        ("const struct pdev", "parent kobj", ("struct device", "kobj")),
        ("struct pdev *", "ops open", ("struct ops", "open")),
        ("struct pdev *", "table [] kobj", ("struct device", "kobj")),
        ("struct pdev *", "count owner kobj", ("struct device", "kobj")),
        ("pdev_t *", "parent", ("struct pdev", "parent")),
        ("pdev_p", "parent kobj", ("struct device", "kobj")),
        ("struct pdev *", "peer kobj", ("struct device", "kobj")),
        ("=first_pdev", "parent", ("struct pdev", "parent")),
        ("=own_device", "kobj", ("struct device", "kobj")),
        ("@find_pdev", "parent kobj", ("struct device", "kobj")),
        ("struct ops", "#1", ("struct ops", "close")),
        ("struct pdev *", "nothing", None),
        ("struct pdev *", "ops nothing open", None),
        ("struct unknown *", "dev", None),
        ("=unknown", "dev", None),
        ("@unknown", "dev", None),
        ("$local", "dev", None),
        ("", "dev", None),
        ("struct ops", "#7", None),
        ("struct ops", "#bit", None),  # a bit of a value is no member
    ],
)
def test_field_of(program: Program, root: str, fields: str, expected: tuple[str, str] | None) -> None:
    assert program.field_of(root, fields.split(), "a.c") == expected


@pytest.mark.parametrize(
    ("root", "fields", "expected"),
    [
        ("struct pdev *", "", "struct pdev *"),
        ("struct pdev *", "parent", "struct device *"),
        ("struct pdev *", "dev", "struct device"),
        ("struct pdev *", "table", "struct device *[]"),
        ("struct pdev *", "nothing", ""),
        ("@find_pdev", "", "struct pdev *"),
    ],
)
def test_type_of(program: Program, root: str, fields: str, expected: str) -> None:
    assert program.type_of(root, fields.split(), "a.c") == expected


def test_a_circle_of_typedefs_ends() -> None:
    program = link("typedef b_t a_t;\ntypedef a_t b_t;\n")
    assert program.field_of("a_t", ["f"], "a.c") is None


def test_a_struct_of_another_configuration_is_not_looked_at() -> None:
    program = link("#ifdef CONFIG_OFF\nstruct s { int *a; };\n#else\nstruct s { long *a; int b; };\n#endif\n")
    assert program.type_of("struct s", ["a"], "a.c") == "long *"


def test_types_come_from_outside_when_asked_for() -> None:
    asked = []

    def outside(kind: str, name: str) -> dict[str, FileFacts]:
        asked.append((kind, name))
        return {"include/pdev.h": facts_of(HEADER)} if name == "struct pdev" else {}

    program = link("", outside)
    assert program.field_of("struct pdev *", ["parent", "kobj"], "a.c") == ("struct device", "kobj")
    assert program.field_of("struct pdev *", ["parent", "kobj"], "a.c") == ("struct device", "kobj")
    assert asked == [("struct", "struct pdev")]
