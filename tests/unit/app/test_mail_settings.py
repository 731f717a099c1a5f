"""The settings of mail: MAIL_URL and MAIL_FROM (bad input G33)."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from app.config import Settings, SettingsError, load_settings
from reminders.services.letters import compose

MADE_AT = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)

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
        f"T <{'x' * 65}@c.example>",
    ],
)
def test_a_sender_that_is_not_one_address_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(SettingsError, match=r"MAIL_FROM is .*: expected `Name <address@your\.domain>`"):
        load(monkeypatch, MAIL_FROM=value)


@pytest.mark.parametrize("host", ["https://tráining.example", "http://[::1]:8000"])
def test_a_host_that_stands_in_no_address_needs_a_sender(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM is not set, and the host of BASE_URL cannot stand in"):
        load(monkeypatch, BASE_URL=host)
    assert load(monkeypatch, BASE_URL=host, MAIL_FROM="t@c.example").sender[1] == "t@c.example"


@pytest.mark.parametrize("address", ["o'neil@c.example", "help+prevent@c.example", "a/b&c@c.example", ""])
def test_every_support_address_that_is_taken_is_one_that_messages_name(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    taken = load(monkeypatch, SUPPORT_EMAIL=address).support_email
    letter = compose(1, "s@c.example", "Hello", "Hello\n", MADE_AT, ("T", "t@c.example"), reply_to=taken)
    assert message_from_bytes(letter.content)["Reply-To"] == (address or None)


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


# --- GOV.UK Notify

NAMELESS_KEY = "26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
NOTIFY = {
    "MAIL_URL": "notify://",
    "NOTIFY_API_KEY": f"my-own_key-{NAMELESS_KEY}",
    "NOTIFY_TEMPLATE_ID": "f33517ff-2a88-4f6e-b855-c550268ce08a",
}


@pytest.mark.parametrize(
    "changes, scheme_and_host",
    [
        ({}, "notify+https://{}@api.notifications.service.gov.uk/"),
        ({"NOTIFY_API_KEY": NAMELESS_KEY}, "notify+https://{}@api.notifications.service.gov.uk/"),
        ({"NOTIFY_URL": "http://127.0.0.1:8080/"}, "notify+http://{}@127.0.0.1:8080/"),
    ],
)
def test_all_that_notify_needs_is_in_one_address(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], scheme_and_host: str
) -> None:
    user = "26785a09-ab16-4eb0-8407-a37497a57506:3d844edf-8d35-48ac-975b-e847b4f122b0"
    found = load(monkeypatch, **{**NOTIFY, **changes}).for_flask()["MAIL_URL"]
    assert found == scheme_and_host.format(user) + NOTIFY["NOTIFY_TEMPLATE_ID"]


@pytest.mark.parametrize("missing", ["NOTIFY_API_KEY", "NOTIFY_TEMPLATE_ID"])
@pytest.mark.parametrize("more", [{}, PRODUCTION])
def test_notify_needs_its_key_and_its_template(
    monkeypatch: pytest.MonkeyPatch, missing: str, more: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match=f"{missing} is not set"):
        load(monkeypatch, **more, **{**NOTIFY, missing: ""})


@pytest.mark.parametrize(
    "name, value",
    [
        ("NOTIFY_API_KEY", "hunter2"),
        ("NOTIFY_API_KEY", "hunter2-26785a09-ab16-4eb0-8407-a37497a57506"),
        ("NOTIFY_API_KEY", f"hunter2-{NAMELESS_KEY}-more"),
        ("NOTIFY_TEMPLATE_ID", "the reminder"),
        ("NOTIFY_URL", "http://api.notifications.service.gov.uk"),
        ("NOTIFY_URL", "https://user:hunter2@notify.example"),
        ("NOTIFY_URL", "https://notify.example/v2"),
        ("NOTIFY_URL", "https://notify.example:port"),
        ("NOTIFY_URL", "notify.example"),
        ("NOTIFY_RECEIPTS_TOKEN", "hunter2"),
        ("REMINDERS_LATE_MINUTES", "1"),
        ("REMINDERS_LATE_MINUTES", "soon"),
    ],
)
def test_a_setting_of_reminders_that_will_not_do_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=f"{name}.*: expected") as caught:
        load(monkeypatch, **{**NOTIFY, name: value})
    assert "RECEIPTS" not in name or "hunter2" not in caught.value.message


def test_production_takes_no_notify_but_an_encrypted_one_and_no_token_that_can_be_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weak = {"NOTIFY_URL": "http://127.0.0.1:8080", "NOTIFY_RECEIPTS_TOKEN": "a" * 40}
    with pytest.raises(SettingsError, match=r"(?s)NOTIFY_RECEIPTS_TOKEN is too plain.*NOTIFY_URL is"):
        load(monkeypatch, **PRODUCTION, **{**NOTIFY, **weak})


def test_the_key_of_notify_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, **NOTIFY, NOTIFY_RECEIPTS_TOKEN="t0ken-of-chance-0123456789-abcdefgh")
    assert "3d844edf" not in repr(settings)
    assert "t0ken" not in repr(settings)


def test_reminders_are_late_after_a_quarter_of_an_hour_or_as_it_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load(monkeypatch).for_flask()["REMINDERS_LATE_AFTER"] == timedelta(minutes=15)
    found = load(monkeypatch, REMINDERS_LATE_MINUTES="45").for_flask()
    assert found["REMINDERS_LATE_AFTER"] == timedelta(minutes=45)
