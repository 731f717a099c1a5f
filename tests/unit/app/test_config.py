"""Settings refuse what they cannot use, name it, and never show a secret."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.config import ROOT, Settings, SettingsError, load_settings

GOOD_KEY = "k3y-of-chance-0123456789-abcdefghijklmnop"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": GOOD_KEY,
    "BASE_URL": "https://training.example.gov.uk",
    "SUPPORT_EMAIL": "training@example.gov.uk",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load_settings(env_file=None)


def test_without_any_setting_the_service_starts_in_development() -> None:
    settings = load_settings(env_file=None)
    assert settings.environment == "development"
    assert settings.instance_path == ROOT / "instance"
    assert settings.database == f"sqlite:///{ROOT}/instance/tracker.db"
    assert settings.max_upload_mb == 20
    assert settings.mail_url.get_secret_value() == "console:"
    assert settings.hosts == ["127.0.0.1", "localhost"]


def test_an_empty_setting_is_one_that_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATABASE_URL="", MAX_UPLOAD_MB="", SECRET_KEY="")
    assert settings.max_upload_mb == 20
    assert settings.secret_key is None
    assert settings.database.endswith("/tracker.db")


@pytest.mark.parametrize(
    "given, understood",
    [
        ("postgres://tracker:pw@db.example/tracker", "postgresql+psycopg://tracker:pw@db.example/tracker"),
        ("postgresql://tracker@db.example/tracker", "postgresql+psycopg://tracker@db.example/tracker"),
        ("postgresql+psycopg://db.example/tracker", "postgresql+psycopg://db.example/tracker"),
        ("sqlite:////srv/tracker.db", "sqlite:////srv/tracker.db"),
    ],
)
def test_a_database_address_may_be_written_as_hosts_write_it(
    monkeypatch: pytest.MonkeyPatch, given: str, understood: str
) -> None:
    assert load(monkeypatch, DATABASE_URL=given).database == understood


def test_the_instance_path_moves_the_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert load(monkeypatch, INSTANCE_PATH=str(tmp_path)).database == f"sqlite:///{tmp_path}/tracker.db"


def test_a_relative_instance_path_starts_at_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, INSTANCE_PATH="kept").instance_path == ROOT / "kept"


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, TRUSTED_HOSTS=" a.example , b.example,", SECRET_KEY_FALLBACKS="old,older")
    assert settings.trusted_hosts == ("a.example", "b.example")
    assert [key.get_secret_value() for key in settings.secret_key_fallbacks] == ["old", "older"]


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("ENVIRONMENT", "staging", "ENVIRONMENT is 'staging': expected `development` or `production`."),
        (
            "MAX_UPLOAD_MB",
            "many",
            "MAX_UPLOAD_MB is 'many': expected a whole number of megabytes, 1 to 1000.",
        ),
        ("MAX_UPLOAD_MB", "0", "MAX_UPLOAD_MB is '0': expected a whole number of megabytes, 1 to 1000."),
        ("PROXY_HOPS", "-1", "PROXY_HOPS is '-1': expected the number of proxies"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is 'xml': expected `console` or `json`."),
        ("SESSION_IDLE_MINUTES", "1", "SESSION_IDLE_MINUTES is '1': expected a whole number of minutes"),
        (
            "SESSION_MAX_MINUTES",
            "20",
            "SESSION_MAX_MINUTES is 20: expected at least SESSION_IDLE_MINUTES, 30.",
        ),
        (
            "BASE_URL",
            "training.example.gov.uk",
            "BASE_URL is 'training.example.gov.uk': expected the address",
        ),
        ("DATABASE_URL", "tracker.db", "DATABASE_URL: expected `sqlite:////path/file.db` or `postgresql"),
        (
            "DATABASE_URL",
            "mysql://root@host/db",
            "DATABASE_URL: expected `sqlite:////path/file.db` or `postgresql",
        ),
        (
            "DATABASE_URL",
            "postgresql://host",
            "DATABASE_URL: expected `sqlite:////path/file.db` or `postgresql",
        ),
        ("MAIL_URL", "smtp://mail.example", "MAIL_URL: expected `console:`, `smtp://host:port`"),
        ("MAIL_URL", "smtp://mail.example:post", "MAIL_URL: expected `console:`, `smtp://host:port`"),
        ("MAIL_URL", "pigeon://", "MAIL_URL: expected `console:`, `smtp://host:port`"),
        ("MAIL_URL", "notify://", "NOTIFY_API_KEY is not set"),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **{name: value})
    assert expected in caught.value.message
    assert caught.value.exit_code == 2


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, MAX_UPLOAD_MB="many", LOG_FORMAT="xml")
    assert "MAX_UPLOAD_MB" in caught.value.message
    assert "LOG_FORMAT" in caught.value.message


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "mysql://root:hunter2@host/db"},
        {"MAIL_URL": "smtp+starttls://me:hunter2@mail.example"},
        {**PRODUCTION, "SECRET_KEY": "hunter2"},
        {**PRODUCTION, "SECRET_KEY_FALLBACKS": "hunter2"},
    ],
)
def test_a_message_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **environment)
    assert "hunter2" not in caught.value.message


def test_printing_the_settings_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        DATABASE_URL="postgresql://tracker:hunter2@db.example/tracker",
        MAIL_URL="smtp+starttls://me:hunter2@mail.example:587",
        SECRET_KEY="hunter2",
        SECRET_KEY_FALLBACKS="hunter2",
        NOTIFY_API_KEY="hunter2-00000000-0000-0000-0000-000000000000-00000000-0000-0000-0000-000000000000",
    )
    assert "hunter2" not in repr(settings)


# --- production


def test_production_starts_with_a_key_and_https(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, **PRODUCTION)
    assert settings.signing_key() == GOOD_KEY
    assert settings.hosts == ["training.example.gov.uk"]


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY is too short or too plain"),
        ({"SECRET_KEY": "secret" * 10}, "SECRET_KEY is too short or too plain"),
        ({"SECRET_KEY_FALLBACKS": "old"}, "SECRET_KEY_FALLBACKS holds a key that is too short or too plain"),
        ({"BASE_URL": "http://training.example.gov.uk"}, "BASE_URL is 'http://training.example.gov.uk'"),
        ({"BASE_URL": ""}, "BASE_URL is 'http://127.0.0.1:8000'"),
        ({"SUPPORT_EMAIL": ""}, "SUPPORT_EMAIL is not set"),
    ],
)
def test_production_refuses_what_only_development_may_have(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], expected: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **{**PRODUCTION, **change})
    assert expected in caught.value.message


def test_the_env_file_is_read_in_development_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("COUNCIL_NAME=Barchester Council\nFLASK_DEBUG=1\n", encoding="utf-8")
    assert load_settings(env_file).council_name == "Barchester Council"
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    assert load_settings(env_file).council_name == "Example Borough Council"


def test_the_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("COUNCIL_NAME=Barchester Council\n", encoding="utf-8")
    monkeypatch.setenv("COUNCIL_NAME", "Loamshire Council")
    assert load_settings(env_file).council_name == "Loamshire Council"


# --- the key of development


def test_development_keeps_a_key_of_its_own(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, instance_path=tmp_path / "instance")
    key = settings.signing_key()
    assert len(key) >= 48
    assert settings.signing_key() == key
    assert [path.name for path in (tmp_path / "instance").iterdir()] == ["secret_key"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_the_kept_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    Settings(_env_file=None, instance_path=tmp_path / "instance").signing_key()
    assert stat.S_IMODE((tmp_path / "instance" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, instance_path=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: settings.signing_key(), range(8)))
    assert len(keys) == 1


def test_flask_is_given_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load(monkeypatch, **PRODUCTION, INSTANCE_PATH=str(tmp_path), MAX_UPLOAD_MB="3")
    given = settings.for_flask()
    assert given["SECRET_KEY"] == GOOD_KEY
    assert given["MAX_CONTENT_LENGTH"] == 3 * 1024 * 1024
    assert given["SESSION_COOKIE_SECURE"] is True
    assert given["SESSION_COOKIE_NAME"] == "__Host-tracker_session"
    assert given["SQLALCHEMY_DATABASE_URI"] == settings.database


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_says_what_is_expected_of_it(name: str) -> None:
    assert Settings.model_fields[name].description
