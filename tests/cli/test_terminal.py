"""Colour and progress: who asked for them, and that nobody else gets them."""

from __future__ import annotations

import io

import pytest

from kscan.cli import _terminal
from kscan.cli._terminal import progress, use_colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "when", "environ", "coloured"),
    [
        (Terminal(), "auto", {}, True),
        (io.StringIO(), "auto", {}, False),
        (Terminal(), "never", {"FORCE_COLOR": "1"}, False),
        (io.StringIO(), "always", {"NO_COLOR": "1"}, True),
        (Terminal(), "auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (Terminal(), "auto", {"NO_COLOR": ""}, True),
        (io.StringIO(), "auto", {"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, True),
        (io.StringIO(), "auto", {"FORCE_COLOR": "0"}, False),
        (io.StringIO(), "auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        (Terminal(), "auto", {"CLICOLOR": "0"}, False),
        (Terminal(), "auto", {"TERM": "dumb"}, False),
    ],
)
def test_colour(stream: io.StringIO, when: str, environ: dict[str, str], coloured: bool) -> None:
    assert use_colour(stream, when, environ) is coloured


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    stream = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)
    return stream


def test_progress_is_shown_and_taken_away(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_terminal, "_PATIENCE", 0)
    with progress(terminal, wanted=True) as told:
        assert told is not None
        told("files", 1200, 1605)
        assert terminal.getvalue() == "\r\x1b[Kkscan: files: 1,200 of 1,605"
        told("files", 1201, 1605)  # too soon after the other
    assert terminal.getvalue() == "\r\x1b[Kkscan: files: 1,200 of 1,605\r\x1b[K"


def test_what_takes_less_than_a_second_shows_nothing(terminal: Terminal) -> None:
    with progress(terminal, wanted=True) as told:
        assert told is not None
        told("files", 1, 2)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_nobody_looks(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with progress(terminal, wanted=True) as told:
        assert told is None
    with progress(terminal, wanted=False) as told:
        assert told is None
