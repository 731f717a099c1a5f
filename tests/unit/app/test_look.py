"""The look: the vendored files are the ones expected, nothing of GOV.UK's own brand is in them, no class is made up."""

import base64
import hashlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
VENDORED = STATIC / "vendor" / "govuk-frontend"
CSS = (VENDORED / "govuk-frontend.min.css").read_text(encoding="utf-8")
OWN = (STATIC / "app.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_govuk", ROOT / "scripts" / "vendor_govuk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_vendored_style_sheet_is_the_version_that_the_macros_were_written_for(script: ModuleType) -> None:
    assert f'--govuk-frontend-version:"{script.VERSION}"' in CSS


@pytest.mark.parametrize("forbidden", ["GDS Transport", "crest", "@font-face", "sourceMappingURL", "url("])
def test_nothing_of_the_brand_of_others_is_vendored_and_nothing_is_fetched(forbidden: str) -> None:
    assert forbidden not in CSS
    assert forbidden not in OWN


def test_the_script_loads_nothing_from_elsewhere() -> None:
    for file in (STATIC / "app.js", VENDORED / "govuk-frontend.min.js"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"(?:import|fetch)\s*\(?\s*[\"']https?:", text)
        assert "sourceMappingURL" not in text


def test_every_class_of_our_own_is_in_the_style_sheet_and_is_used() -> None:
    used = {
        name
        for template in [*TEMPLATES, STATIC / "app.js"]
        for name in re.findall(
            r"\bapp-[a-z]+(?:-[a-z]+)*(?:__[a-z]+(?:-[a-z]+)*)?(?![\w{-])",
            template.read_text(encoding="utf-8"),
        )
    }
    defined = set(re.findall(r"\.(app-[a-z]+(?:-[a-z]+)*(?:__[a-z]+(?:-[a-z]+)*)?)(?![\w-])", OWN))
    assert defined <= used, f"nobody uses {sorted(defined - used)}"


def test_a_changed_package_is_refused(script: ModuleType) -> None:
    content = b"a package"
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    assert script.checked(content, integrity) == content
    with pytest.raises(script.VendorError, match="not the one expected"):
        script.checked(content + b"!", integrity)
    with pytest.raises(script.VendorError, match="not the one expected"):
        script.checked(content, integrity.replace("sha512", "sha1"))


def test_the_brand_is_taken_out(script: ModuleType) -> None:
    version = f':root{{--govuk-frontend-version:"{script.VERSION}"}}'
    sheet = (
        version + "@font-face{font-family:GDS Transport;src:url(/assets/x.woff)}"
        "a{font-family:GDS Transport,arial,sans-serif;mask:url(/assets/images/govuk-crest.svg)}\n"
        "/*# sourceMappingURL=x.css.map */\n"
    )
    assert script.own_style_sheet(sheet) == version + "a{font-family:Arial,Helvetica,sans-serif;mask:none}\n"


@pytest.mark.parametrize("left", ["a{src:url(/assets/new.svg)}", "b{font-family:'GDS Transport'}"])
def test_a_package_that_changed_its_ways_is_refused(script: ModuleType, left: str) -> None:
    with pytest.raises(script.VendorError, match="still mentions"):
        script.own_style_sheet(f'{left}:root{{--govuk-frontend-version:"{script.VERSION}"}}')
    with pytest.raises(script.VendorError, match="does not say"):
        script.own_style_sheet("a{}")


def test_only_an_encrypted_address_is_fetched(script: ModuleType) -> None:
    with pytest.raises(script.VendorError, match="not an https address"):
        script.fetch("http://registry.example/govuk-frontend")
