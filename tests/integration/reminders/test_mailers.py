"""The ways to send, each with its own address; encryption and passwords of mail servers (ASVS 12.3)."""

import errno
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.integration.imports.desk import Shell
from tests.integration.reminders.post_office import PostOffice, certificate, password_of, post_office
from tests.integration.reminders.test_sending import states

Queue = Callable[..., None]


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A server that wants encryption and a password, with a certificate that this machine trusts."""
    context, shown = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    return {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": password_of("right: one"),
    }


def test_over_an_encrypted_connection_with_a_password(
    app: Flask, shell: Shell, write: Queue, trusted: dict[str, object]
) -> None:
    write("sam")
    with post_office(**trusted) as office:
        app.config["MAIL_URL"] = f"smtp+starttls://tracker:right%3A%20one@127.0.0.1:{office.port}"
        result = shell.run("reminders", "send")
        assert result.exit_code == 0, result.stderr
        assert len(office.taken) == 1


def test_a_wrong_password_stops_the_run_and_uses_up_no_tries(
    app: Flask, shell: Shell, write: Queue, trusted: dict[str, object], engine: Engine
) -> None:
    write("sam", "ola")
    with post_office(**trusted) as office:
        app.config["MAIL_URL"] = f"smtp+starttls://tracker:hunter2@127.0.0.1:{office.port}"
        result = shell.run("reminders", "send")
        assert result.exit_code == 1
        assert "535" in result.stderr
        assert "hunter2" not in result.stdout + result.stderr
        assert office.taken == []
    assert states(engine) == ["waiting", "waiting"]


def test_a_certificate_that_is_not_trusted_stops_the_run(
    app: Flask, shell: Shell, write: Queue, tmp_path: Path, engine: Engine
) -> None:
    context, _ = certificate(tmp_path)
    write("sam")
    with post_office(tls_context=context) as office:
        app.config["MAIL_URL"] = f"smtp+starttls://127.0.0.1:{office.port}"
        result = shell.run("reminders", "send")
        assert result.exit_code == 1
        assert "certificate" in result.stderr.lower()
        assert office.taken == []
    assert states(engine) == ["waiting"]


def test_a_server_without_encryption_gets_nothing_where_encryption_was_asked_for(
    app: Flask, shell: Shell, office: PostOffice, write: Queue, engine: Engine
) -> None:
    write("sam")
    app.config["MAIL_URL"] = office.url.replace("smtp://", "smtp+starttls://tracker:hunter2@")
    result = shell.run("reminders", "send")
    assert result.exit_code == 1
    assert "STARTTLS" in result.stderr
    assert office.taken == []
    assert states(engine) == ["waiting"]


def test_a_folder_gets_one_file_a_message(app: Flask, shell: Shell, write: Queue, tmp_path: Path) -> None:
    folder = tmp_path / "out going"
    app.config["MAIL_URL"] = f"file:{str(folder).replace(' ', '%20')}"
    write("sam", "ola")
    assert shell.run("reminders", "send").exit_code == 0
    files = sorted(folder.iterdir())
    assert [place.suffix for place in files] == [".eml", ".eml"]
    assert [message_from_bytes(place.read_bytes())["To"] for place in files] == [
        "sam@council.example",
        "ola@council.example",
    ]
    assert all(place.stat().st_mode & 0o077 == 0 for place in files), "others can read it"


def test_a_full_disk_puts_messages_off(
    app: Flask, shell: Shell, write: Queue, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("reminders.mailers.file.tempfile.mkstemp", full)
    app.config["MAIL_URL"] = f"file:{tmp_path}/out"
    write("sam")
    assert shell.run("reminders", "send").exit_code == 3
    assert states(engine) == ["waiting"]


def test_a_folder_that_cannot_be_made_stops_the_run(
    app: Flask, shell: Shell, write: Queue, tmp_path: Path, engine: Engine
) -> None:
    (tmp_path / "a file").touch()
    app.config["MAIL_URL"] = f"file:{tmp_path}/a%20file/below"
    write("sam")
    assert shell.run("reminders", "send").exit_code == 1
    assert states(engine) == ["waiting"]


def test_the_console_shows_what_people_would_read(app: Flask, shell: Shell, write: Queue) -> None:
    app.config["MAIL_URL"] = "console:"
    write("sam", body="Grüße: https://training.example/set-password/abc\n")
    result = shell.run("reminders", "send")
    assert "--- email to sam@council.example\nSubject: About sam\n" in result.stdout
    assert "Grüße: https://training.example/set-password/abc\n" in result.stdout


def test_what_this_version_cannot_send_by_is_refused_plainly(
    app: Flask, shell: Shell, write: Queue, engine: Engine
) -> None:
    app.config["MAIL_URL"] = "pigeon://"
    write("sam")
    result = shell.run("reminders", "send")
    assert result.exit_code == 1
    assert "MAIL_URL is pigeon://, and this version cannot send by it yet" in result.stderr
    assert states(engine) == ["waiting"]
