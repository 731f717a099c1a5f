"""The settings of mail: MAIL_URL and MAIL_FROM (bad input G33)."""

import pytest

from app.config import Settings, SettingsError, load_settings

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k3y-of-chance-0123456789-abcdefghijklmnop",
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


@pytest.mark.parametrize(
    "given, understood",
    [
        ("", ("Prevent training", "no-reply@127.0.0.1")),
        ("training@example.gov.uk", ("Prevent training", "training@example.gov.uk")),
        ("Your training team <t@example.gov.uk>", ("Your training team", "t@example.gov.uk")),
        ('"Training, Leeds" <t@example.gov.uk>', ("Training, Leeds", "t@example.gov.uk")),
        ("Zoë <t@example.gov.uk>", ("Zoë", "t@example.gov.uk")),
    ],
)
def test_the_sender_is_a_name_and_an_address(
    monkeypatch: pytest.MonkeyPatch, given: str, understood: tuple[str, str]
) -> None:
    assert load(monkeypatch, MAIL_FROM=given).sender == understood


@pytest.mark.parametrize(
    "value",
    [
        "Training",
        "a@b.example, c@d.example",
        "T <a@b.example> <c@d.example>",
        "T <a@b.example>\nBcc: c@d.example",
        "=?UTF-8?Q?=0A?= <a@b.example>",
        "<>",
        "T <a b@c.example>",
    ],
)
def test_a_sender_that_is_not_one_address_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(SettingsError, match=r"MAIL_FROM is .*: expected `Name <address@your\.domain>`"):
        load(monkeypatch, MAIL_FROM=value)


@pytest.mark.parametrize(
    "value",
    [
        "file:outgoing",
        "file:",
        "file://server/folder",
        "smtp://me:hunter2@mail.example:25",
        "smtp://mail.example:0",
        "smtp://mail.example:99999",
        "https://mail.example:25",
    ],
)
def test_a_way_to_send_that_will_not_do_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    with pytest.raises(SettingsError, match="MAIL_URL: expected `console:`") as caught:
        load(monkeypatch, MAIL_URL=value)
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize("value", ["file:/srv/outgoing", "file:///srv/outgoing", "smtp://127.0.0.1:25"])
def test_ways_to_send_without_a_password(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert load(monkeypatch, MAIL_URL=value).for_flask()["MAIL_URL"] == value


def test_production_with_a_mail_server_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM is not set"):
        load(monkeypatch, **PRODUCTION, MAIL_URL="smtp+starttls://u:p@mail.example:587")
    settings = load(monkeypatch, MAIL_FROM="training@example.gov.uk")
    assert settings.for_flask()["MAIL_FROM"] == ("Prevent training", "training@example.gov.uk")
