"""Settings: typed, from the environment, judged once at the start.

A bad value stops the service with the name of the setting, what was found and what was expected. Secrets
are never shown. Every default here may stand in public; production asks for more (`_unfit_for_production`).
"""

import os
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

import click
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.addresses import (
    NOTIFY_KEY,
    UUID,
    DatabaseAddress,
    MailAddress,
    NotifyAddress,
    NotifyKey,
    PersonAddress,
    SenderAddress,
    WebAddress,
)
from app.colour import LEAST_CONTRAST, WHITE, contrast
from app.secret_key import SHORTEST_KEY, guessable, kept_key
from reminders.domain.letter import is_one_address

ROOT: Final = Path(__file__).resolve().parent.parent
MEGABYTE: Final = 1024 * 1024


_TWO_STEP: Final = {"development": "optional", "production": "required"}
"""In development the demonstration can be tried without a telephone."""


class SettingsError(click.ClickException):
    """The service cannot start as it is set up. Commands print it plainly and end with status 2."""

    exit_code = 2


def _split(value: object) -> object:
    """Lists are written with commas: `a.example,b.example`."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


class Settings(BaseSettings):
    """Every setting of the service; `.env.example` explains each to whoever installs it.

    A field's description finishes the sentence "expected …" of the message about a bad value.
    """

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    environment: Literal["development", "production"] = Field(
        "development", description="`development` or `production`"
    )
    instance_path: Path = Field(
        ROOT / "instance",
        description="a folder that the service may write to; a relative one starts at the project",
    )
    database_url: DatabaseAddress = Field(
        "",
        repr=False,
        validate_default=False,
        description="`sqlite:////path/file.db` or `postgresql+psycopg://user:password@host/name`",
    )
    secret_key: SecretStr | None = Field(
        None,
        description=f"at least {SHORTEST_KEY} characters of chance: "
        'python -c "import secrets; print(secrets.token_urlsafe(48))"',
    )
    secret_key_fallbacks: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)] = Field(
        (), description="earlier values of SECRET_KEY, separated by commas"
    )
    mail_url: MailAddress = Field(
        SecretStr("console:"),
        description="`console:`, `smtp://host:port`, `smtp+starttls://user:password@host:port`, `file:/folder` "
        "or `notify://`",
    )
    mail_from: SenderAddress = Field("", description="`Name <address@your.domain>`, or the address alone")
    notify_api_key: NotifyKey = Field(
        None,
        description="the API key as GOV.UK Notify shows it once: a name, the service's id and a secret, "
        "with hyphens between them",
    )
    notify_template_id: str = Field(
        "",
        pattern=f"^({UUID})?$",
        description="the id of an email template at GOV.UK Notify with ((subject)) and ((body))",
    )
    notify_url: NotifyAddress = Field(
        "https://api.notifications.service.gov.uk",
        description="`https://` and a host; for tests, outside production, `http://127.0.0.1:port`",
    )
    notify_receipts_token: SecretStr | None = Field(
        None,
        min_length=SHORTEST_KEY,
        description=f"at least {SHORTEST_KEY} characters of chance, the same that GOV.UK Notify is told",
    )
    reminders_late_minutes: int = Field(15, ge=2, le=1440, description="a whole number of minutes, 2 to 1440")
    council_name: str = Field("Example Borough Council", min_length=1, description="the name of the council")
    service_name: str = Field("Prevent training", min_length=1, description="the name of the service")
    council_colour: str = Field(
        "#12436d", pattern="^#[0-9A-Fa-f]{6}$", description="a colour written as # and six digits: `#12436d`"
    )
    council_logo: Path | None = Field(
        None,
        description="a PNG file, or an SVG file with the same logo as a PNG file of the same name beside it; "
        "a relative path starts at INSTANCE_PATH",
    )
    support_email: PersonAddress = Field(
        "", description="an email address that staff may write to, or nothing"
    )
    support_phone: str = Field(
        "", pattern=r"^[0-9+() ]{0,30}$", description="a phone number: digits, blanks, +, ( and )"
    )
    data_protection_email: PersonAddress = Field(
        "", description="the email address of the data protection officer, or nothing"
    )
    security_contact: str = Field(
        "",
        pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)?$",
        description="where weaknesses are reported: `mailto:…` or `https://…`",
    )
    retention_years: int = Field(6, ge=1, le=100, description="a whole number of years, 1 to 100")
    statement_prepared_on: date | None = Field(
        None, description="the day on which the council prepared its accessibility statement: YYYY-MM-DD"
    )
    base_url: WebAddress = Field(
        "http://127.0.0.1:8000",
        description="the address people type, for example https://training.example.gov.uk",
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        (), description="host names separated by commas; left out, the host of BASE_URL"
    )
    proxy_hops: int = Field(
        0, ge=0, le=10, description="the number of proxies in front of the service, 0 to 10"
    )
    max_upload_mb: int = Field(20, ge=1, le=1000, description="a whole number of megabytes, 1 to 1000")
    evidence_max_mb: int = Field(10, ge=1, le=100, description="a whole number of megabytes, 1 to 100")
    clamd_socket: str = Field(
        "", pattern="^(/.*)?$", description="the path of the socket of clamd, from the root on, or nothing"
    )
    recharge_pounds: Decimal | None = Field(
        None,
        ge=0,
        le=10_000,
        decimal_places=2,
        description="pounds, such as `25` or `25.50`, or nothing",
    )
    certificate_key_file: Path | None = Field(
        None, description="a PKCS#12 file with an RSA key; a relative path starts at INSTANCE_PATH"
    )
    certificate_key_password: SecretStr = Field(
        SecretStr(""), description="the password of CERTIFICATE_KEY_FILE, or nothing"
    )
    log_format: Literal["console", "json"] = Field("console", description="`console` or `json`")
    session_idle_minutes: int = Field(30, ge=5, le=1440, description="a whole number of minutes, 5 to 1440")
    session_max_minutes: int = Field(
        720, ge=5, le=10_080, description="a whole number of minutes, 5 to 10080"
    )
    two_step: Literal["required", "optional"] | None = Field(
        None,
        description="`required` or `optional`: whether accounts that open other people's records need a second step",
    )

    @field_validator("instance_path")
    @classmethod
    def _from_the_project(cls, value: Path) -> Path:
        return (ROOT / value.expanduser()).resolve()

    @model_validator(mode="after")
    def _together(self) -> Self:
        problems = list(self._contradictions())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _contradictions(self) -> list[str]:
        problems = []
        if self._is_notify and self.notify_api_key is None:
            problems.append(
                "NOTIFY_API_KEY is not set, and MAIL_URL is `notify://`: set the key that Notify gave you."
            )
        if self._is_notify and not self.notify_template_id:
            problems.append(
                "NOTIFY_TEMPLATE_ID is not set, and MAIL_URL is `notify://`: set the id of an email template at Notify "
                "whose subject is ((subject)) and whose message is ((body))."
            )
        if not is_one_address(self.sender[1]):
            problems.append(
                "MAIL_FROM is not set, and the host of BASE_URL cannot stand in an email address: set MAIL_FROM to "
                f"{type(self).model_fields['mail_from'].description}."
            )
        if self.session_max_minutes < self.session_idle_minutes:
            problems.append(
                f"SESSION_MAX_MINUTES is {self.session_max_minutes}: expected at least SESSION_IDLE_MINUTES, "
                f"{self.session_idle_minutes}."
            )
        found = contrast(self.council_colour, WHITE)
        if found < LEAST_CONTRAST:
            problems.append(
                f"COUNCIL_COLOUR is {self.council_colour!r}: white text stands on it, and the contrast is only "
                f"{found:.1f} to 1. Choose a darker tone, with {LEAST_CONTRAST} to 1 or more."
            )
        if self.environment == "production":
            problems.extend(self._unfit_for_production())
        return problems

    def _unfit_for_production(self) -> list[str]:
        expected = type(self).model_fields["secret_key"].description
        problems = []
        if self.secret_key is None:
            problems.append(f"SECRET_KEY is not set: production needs {expected}")
        elif guessable(self.secret_key):
            problems.append(f"SECRET_KEY is too short or too plain: production needs {expected}")
        if any(guessable(key) for key in self.secret_key_fallbacks):
            problems.append("SECRET_KEY_FALLBACKS holds a key that is too short or too plain.")
        if self.notify_receipts_token is not None and guessable(self.notify_receipts_token):
            problems.append("NOTIFY_RECEIPTS_TOKEN is too plain: it must not be guessed.")
        if self.mail_url.get_secret_value().startswith("smtp") and not self.mail_from:
            sender = type(self).model_fields["mail_from"].description
            problems.append(
                f"MAIL_FROM is not set, and MAIL_URL names a mail server: production needs {sender}."
            )
        if not self.base_url.startswith("https://"):
            problems.append(
                f"BASE_URL is {self.base_url!r}: production needs an address that starts with https://."
            )
        if not self.notify_url.startswith("https://"):
            problems.append(
                f"NOTIFY_URL is {self.notify_url!r}: production needs an address that starts with https://."
            )
        if not self.support_email:
            problems.append(
                "SUPPORT_EMAIL is not set: the accessibility statement and the privacy notice must name who answers."
            )
        return problems

    def _in_instance(self, path: Path | None) -> Path | None:
        return None if path is None else self.instance_path / path.expanduser()

    @property
    def database(self) -> str:
        """The database's address; left out, a file in the instance folder."""
        return self.database_url or f"sqlite:///{(self.instance_path / 'tracker.db').as_posix()}"

    @property
    def _is_notify(self) -> bool:
        return self.mail_url.get_secret_value().startswith("notify:")

    @property
    def mail_address(self) -> str:
        """All that a mailer needs in one address: MAIL_URL, and for Notify key, template and API with it."""
        if not self._is_notify or self.notify_api_key is None:
            return self.mail_url.get_secret_value()
        key = NOTIFY_KEY.fullmatch(self.notify_api_key.get_secret_value())
        assert key is not None
        scheme, _, host = self.notify_url.partition("://")
        return f"notify+{scheme}://{key['service']}:{key['secret']}@{host}/{self.notify_template_id}"

    @property
    def two_step_policy(self) -> str:
        """Whether accounts that open other people's records must sign in in two steps: "required" or "optional"."""
        return self.two_step or _TWO_STEP[self.environment]

    @property
    def hosts(self) -> list[str]:
        """The host names that the service answers to; in development this machine's own as well."""
        named = list(self.trusted_hosts) or [urlsplit(self.base_url).hostname or ""]
        own = [] if self.environment == "production" else ["localhost", "127.0.0.1"]
        return list(dict.fromkeys([*named, *own]))

    @property
    def sender(self) -> tuple[str, str]:
        """Name and address that messages come from; left out, the service at the host of BASE_URL."""
        name, address = parseaddr(self.mail_from)
        return name or self.service_name, address or f"no-reply@{urlsplit(self.base_url).hostname}"

    def signing_key(self) -> str:
        """SECRET_KEY; in development, when it is not set, a key kept in the instance folder."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return kept_key(self.instance_path / "secret_key")

    def for_flask(self) -> dict[str, object]:
        """The same settings under the names that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.signing_key(),
            "SECRET_KEY_FALLBACKS": [key.get_secret_value() for key in self.secret_key_fallbacks],
            "SQLALCHEMY_DATABASE_URI": self.database,
            "TRUSTED_HOSTS": self.hosts,
            "MAX_CONTENT_LENGTH": self.max_upload_mb * MEGABYTE,
            # courses/certificate/issuer.py reads these four, and COUNCIL_NAME and BASE_URL
            "COUNCIL_COLOUR": self.council_colour,
            "COUNCIL_LOGO": self._in_instance(self.council_logo),
            "CERTIFICATE_KEY_FILE": self._in_instance(self.certificate_key_file),
            "CERTIFICATE_KEY_PASSWORD": self.certificate_key_password.get_secret_value(),
            "RECHARGE_POUNDS": self.recharge_pounds,  # courses/views/registers reads it
            # courses/views read these two
            "EVIDENCE_MAX_BYTES": min(self.evidence_max_mb, self.max_upload_mb) * MEGABYTE,
            "CLAMD_SOCKET": self.clamd_socket,
            # Behind https a browser takes a cookie of this name from this very host alone, and for every path.
            "SESSION_COOKIE_NAME": f"{'__Host-' if self.base_url.startswith('https://') else ''}tracker_session",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",  # Strict would sign people out who follow a link in an e-mail
            "SESSION_COOKIE_SECURE": self.base_url.startswith("https://"),
            "PERMANENT_SESSION_LIFETIME": timedelta(minutes=self.session_idle_minutes),
            "SESSION_LONGEST": timedelta(minutes=self.session_max_minutes),  # people/auth reads it
            "BASE_URL": self.base_url,
            # reminders/cli reads it: a day is pretended in trials
            "IN_PRODUCTION": self.environment == "production",
            "MAIL_URL": self.mail_address,
            "MAIL_FROM": self.sender,
            # reminders/views reads these two
            "NOTIFY_RECEIPTS_TOKEN": _plain(self.notify_receipts_token),
            "REMINDERS_LATE_AFTER": timedelta(minutes=self.reminders_late_minutes),
            "TWO_STEP": self.two_step_policy,  # people/auth reads it
            "SERVICE_NAME": self.service_name,  # what an authenticator app calls us, and no password may be
            "COUNCIL_NAME": self.council_name,
            "SUPPORT_EMAIL": self.support_email,  # the mails name who helps
            "SUPPORT_PHONE": self.support_phone,
            "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session
        }


def load_settings(env_file: Path | None = ROOT / ".env") -> Settings:
    """The environment, in development the `.env` file too. Raises SettingsError naming every bad setting."""
    in_production = os.environ.get("ENVIRONMENT", "").strip() == "production"
    try:
        return Settings(_env_file=None if in_production else env_file)
    except ValidationError as error:
        lines = [line for problem in error.errors() for line in _explain(problem)]
        raise SettingsError("\n  ".join(["the settings need mending.", *lines])) from error


def _explain(problem: Mapping[str, Any]) -> list[str]:
    if not problem["loc"]:
        return str(problem["ctx"]["error"]).splitlines()
    name = str(problem["loc"][0])
    field = Settings.model_fields[name]
    hidden = name in {"database_url", "mail_url", "notify_url"} or "Secret" in str(field.annotation)
    found = "" if hidden else f" is {problem['input']!r}"
    return [f"{name.upper()}{found}: expected {field.description}."]


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
