"""The checker of HTML is fetched by npm and kept only when it is the very package expected."""

import base64
import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services

JAR = b"not really a jar"


def package(content: bytes = JAR) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        entry = tarfile.TarInfo("package/build/dist/vnu.jar")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that hands out the package beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "vnu.tgz").write_bytes(package())
    script = folder / "npm"
    script.write_text(f'#!/bin/sh\ncp "{folder}/vnu.tgz" "$4/vnu-jar-1.tgz"\n', encoding="utf-8")
    script.chmod(0o755)
    java = folder / "java"
    java.write_text("#!/bin/sh\n", encoding="utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("VNU_JAR", raising=False)
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)
    digest = base64.b64encode(hashlib.sha512(package()).digest()).decode()
    monkeypatch.setattr(services, "VNU_INTEGRITY", f"sha512-{digest}")
    services.vnu_jar.cache_clear()
    return folder


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    services.vnu_jar.cache_clear()


def test_the_checker_is_fetched_once_and_kept_outside_the_tree(npm: Path, tmp_path: Path) -> None:
    found = services.vnu_jar()
    assert found is not None
    assert Path(found).read_bytes() == JAR
    assert Path(found).is_relative_to(tmp_path / "cache")
    (npm / "npm").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    services.vnu_jar.cache_clear()
    assert services.vnu_jar() == found


def test_another_package_than_the_one_expected_is_refused(npm: Path, tmp_path: Path) -> None:
    (npm / "vnu.tgz").write_bytes(package(JAR + b"!"))
    with pytest.raises(services.ServiceAbsentError, match="not the package expected"):
        services.vnu_jar()
    assert not (tmp_path / "cache").exists()


def test_without_npm_or_a_registry_there_is_no_checker(npm: Path) -> None:
    (npm / "npm").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert services.vnu_jar() is None


def test_the_checker_that_is_named_is_the_one_that_is_used(
    npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.jar"
    monkeypatch.setenv("VNU_JAR", str(own))
    assert services.vnu_jar() is None
    own.write_bytes(JAR)
    services.vnu_jar.cache_clear()
    assert services.vnu_jar() == str(own)
