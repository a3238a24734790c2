from __future__ import annotations

from pathlib import Path

import pytest

from kscan import config
from kscan.errors import InputError


def test_cache_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert config.cache_dir() == Path("/var/cache/me/kscan")
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # to be ignored, says the specification
    assert config.cache_dir() == Path("/home/me/.cache/kscan")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert config.cache_dir() == Path("/home/me/.cache/kscan")


def test_rules_of_a_wheel_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "kscan"
    package.mkdir()
    monkeypatch.setattr(config, "_PACKAGE", package)
    with pytest.raises(InputError, match="install kscan again"):
        config.rules_dir()
    (tmp_path / "rules").mkdir()
    assert config.rules_dir() == tmp_path / "rules"
    (package / "rules_data").mkdir()
    assert config.rules_dir() == package / "rules_data"
