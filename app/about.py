"""The pages about the service: who answers, how accessible it is, what it holds about people, its cookies."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, Response, current_app, render_template, url_for

from app.config import Settings
from foundation import clock
from people import auth

FOR_DAYS = 180
"""For how long security.txt says that it holds: well below the year that RFC 9116 allows."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers at the council, as the settings say; "" where they do not."""

    email: str
    phone: str
    data_protection_email: str


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that the service sets: every one is necessary, so none is asked about."""

    name: str
    purpose: str
    kept: str


def install(app: Flask, settings: Settings) -> None:
    """Add the pages, and give every template whom to turn to."""
    app.add_url_rule("/help", "help", help_)
    app.add_url_rule("/accessibility", "accessibility", accessibility)
    app.add_url_rule("/privacy", "privacy", privacy)
    app.add_url_rule("/cookies", "cookies", cookies)
    app.add_url_rule("/.well-known/security.txt", "security_txt", security_txt)
    email = settings.support_email
    contact = Contact(email, settings.support_phone, settings.data_protection_email or email)
    app.jinja_env.globals.update(contact=contact)


@auth.public
def help_() -> str:
    """Whom to ask."""
    return render_template("about/help.html", security_contact=_security_contact())


@auth.public
def accessibility() -> str:
    """The accessibility statement, after the model of the Government Digital Service."""
    return render_template("about/accessibility.html", prepared_on=_settings().statement_prepared_on)


@auth.public
def privacy() -> str:
    """What is held about people, why, for how long, and their rights."""
    return render_template("about/privacy.html", retention_years=_settings().retention_years)


@auth.public
def cookies() -> str:
    """The cookies: all of them necessary."""
    return render_template("about/cookies.html", cookies=set_cookies())


@auth.public
def security_txt() -> Response:
    """Where to report a weakness (RFC 9116, promise S24). It never runs out: the day is worked out anew."""
    contact = _security_contact()
    if not contact:
        return Response("No contact has been set up.\n", status=404, mimetype="text/plain")
    base = _settings().base_url
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires(clock.now()).isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en",
        f"Canonical: {base}{url_for('security_txt')}",
        f"Policy: {base}{url_for('help')}#security",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def expires(now: datetime) -> datetime:
    """Midnight so many days ahead: the same all day."""
    return (now + timedelta(days=FOR_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)


def set_cookies() -> list[Cookie]:
    """Everything that the service keeps in a browser. Tests compare it with what browsers really hold."""
    idle = _settings().session_idle_minutes
    session_name = str(current_app.config["SESSION_COOKIE_NAME"])
    return [
        Cookie(
            session_name,
            "Keeps you signed in while you use the service, and proves that forms come from you",
            f"{idle} minutes after you last opened a page, or until you sign out",
        ),
        Cookie(
            session_name.replace("_session", "_device"),
            "Shows that you have signed in with this browser before, so that somebody who guesses at your password "
            "elsewhere does not keep you out",
            "one year after you last signed in",
        ),
        Cookie(
            "last-page-at",
            "The moment at which you last opened a page, so that you are told before you are signed out. It stays in "
            "your browser and is not sent to us",
            "until you clear it",
        ),
    ]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _security_contact() -> str:
    settings = _settings()
    if settings.security_contact:
        return settings.security_contact
    return f"mailto:{settings.support_email}" if settings.support_email else ""
