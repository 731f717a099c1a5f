"""`.env.example` and the settings are the same list."""

import re

import pytest

from app.config import ROOT, Settings, load_settings


def test_the_example_of_settings_and_the_settings_are_the_same() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^([A-Z][A-Z0-9_]*)=", example, re.MULTILINE)
    assert len(named) == len(set(named))
    assert set(named) == {name.upper() for name in Settings.model_fields}


def test_the_example_of_settings_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert load_settings(ROOT / ".env.example") == load_settings(None)
