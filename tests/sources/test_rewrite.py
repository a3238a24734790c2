"""Small changes of C text."""

from __future__ import annotations

import pytest

from kscan.sources.rewrite import with_expression, with_statement

PUT = "of_node_put(np);"


@pytest.mark.parametrize(
    ("text", "line", "wanted"),
    [
        pytest.param("{\n\treturn 0;\n}", 2, "{\n\tof_node_put(np);\n\treturn 0;\n}", id="plain"),
        pytest.param(
            "{\n\tif (ret)\n\t\treturn ret;\n\tx();\n}",
            3,
            "{\n\tif (ret) {\n\t\tof_node_put(np);\n\t\treturn ret;\n\t}\n\tx();\n}",
            id="braces",
        ),
        pytest.param(
            "{\n\tif (a &&\n\t    b)\n\t\treturn ret;\n}",
            4,
            "{\n\tif (a &&\n\t    b) {\n\t\tof_node_put(np);\n\t\treturn ret;\n\t}\n}",
            id="condition-of-two-lines",
        ),
        pytest.param(
            "{\n\tif (ret)\n\t\treturn ret;\n\tx();\nput:\n\tof_node_put(np);\n\treturn ret;\n}",
            3,
            "{\n\tif (ret)\n\t\tgoto put;\n\tx();\nput:\n\tof_node_put(np);\n\treturn ret;\n}",
            id="label",
        ),
        pytest.param(
            "{\n\tif (ret)\n\t\tgoto out;\n\tx();\nout:\n\treturn ret;\n}",
            -2,
            "{\n\tif (ret) {\n\t\tof_node_put(np);\n\t\tgoto out;\n\t}\n\tx();\nout:\n\treturn ret;\n}",
            id="jump",
        ),
        pytest.param("{\n\treturn use(np);\n}", 2, None, id="still-used"),
        pytest.param("{\n\tif (ret) return ret;\n}", 2, None, id="on-one-line"),
        pytest.param("{\n\tif (ret)\n\t\treturn ret;\n\telse\n\t\tx();\n}", 3, None, id="else-behind-it"),
        pytest.param("{\n\tif (ret)\n\t\tx();\n\tgoto out;\n}", -2, None, id="not-its-jump"),
    ],
)
def test_a_statement_before_an_exit(text: str, line: int, wanted: str | None) -> None:
    found = with_statement(text.split("\n"), line, PUT, "np")
    assert (found if found is None else "\n".join(found)) == wanted


def test_the_right_test_and_its_code() -> None:
    lines = ["\tif (!clk)", "\t\treturn -ENODEV;"]
    assert with_expression(lines, 1, "IS_ERR(clk)", "!clk") == [
        "\tif (IS_ERR(clk))",
        "\t\treturn PTR_ERR(clk);",
    ]
    lines = ["\tif (IS_ERR(p))", "\t\treturn PTR_ERR(p);"]
    assert with_expression(lines, 1, "!p", "IS_ERR(p)") == ["\tif (!p)", "\t\treturn -ENOMEM;"]


def test_no_test_that_only_looks_alike() -> None:
    assert with_expression(["\tif (!clk->rate)", "\t\treturn -ENODEV;"], 1, "IS_ERR(clk)", "!clk") is None
    assert with_expression(["\tif (!clk)", "\t\tdisable();"], 1, "IS_ERR(clk)", "!clk") is None
