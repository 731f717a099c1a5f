"""What a setting that is an address may hold: each function gives the address in its one form, or raises ValueError.

Pydantic calls them for the fields of Settings (app/config.py), whose message then says what is expected.
"""

import re
from email.utils import parseaddr
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from reminders.domain.letter import is_one_address

UUID: Final = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
NOTIFY_KEY: Final = re.compile(rf".*?-?(?P<service>{UUID})-(?P<secret>{UUID})")
_ADDRESS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+"
_SENDER: Final = re.compile(rf'{_ADDRESS}|(?:"[^"<>]*"|[^"<>@,;]*) *<{_ADDRESS}>')
_OWN_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def _database(value: str) -> str:
    """Hosts still hand out `postgres://`; the driver is psycopg 3 whatever the address says of it."""
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError("not an address") from error
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        url = url.set(drivername="postgresql+psycopg")
        if not url.database:
            raise ValueError("the database has no name")
    elif url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ValueError("another kind of database")
    return url.render_as_string(hide_password=False)


def _mail(value: SecretStr) -> SecretStr:
    try:
        address = urlsplit(value.get_secret_value())
        complete = address.hostname and address.port  # `port` raises when it is not a number
    except ValueError as error:
        raise ValueError("the port is not a number") from error
    if address.scheme in {"console", "notify"}:
        return value
    if address.scheme == "file":
        if not address.path.startswith("/") or address.netloc:
            raise ValueError("the folder is not given from the root on")
        return value
    if address.scheme not in {"smtp", "smtp+starttls"}:
        raise ValueError("another kind of mail")
    if not complete:
        raise ValueError("host or port is missing")
    if address.scheme == "smtp" and address.username is not None:
        raise ValueError("a password is sent over an encrypted connection only")
    return value


def _notify_key(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not NOTIFY_KEY.fullmatch(value.get_secret_value()):
        raise ValueError("not a key of Notify")
    return value


def _notify(value: str) -> str:
    """Messages and the key go there: encrypted, or no further than this machine."""
    address = urlsplit(value)
    more = address.path.strip("/") or address.username or address.query or address.fragment
    if not address.hostname or address.port == 0 or more:  # `port` raises when it is not a number
        raise ValueError("not the address of an API")
    if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _OWN_MACHINE):
        raise ValueError("not encrypted")
    return value.rstrip("/")


def _person(value: str) -> str:
    """Answers to messages go there: what no message could name is refused here, and not with each message."""
    if value and not is_one_address(value):
        raise ValueError("not one address")
    return value


def _sender(value: str) -> str:
    if value and not (_SENDER.fullmatch(value) and value.isprintable() and "=?" not in value):
        raise ValueError("not one address")
    if value and not is_one_address(parseaddr(value)[1]):
        raise ValueError("not one address")
    return value


def _web(value: str) -> str:
    address = urlsplit(value)
    if address.scheme not in {"http", "https"} or not address.hostname or address.query:
        raise ValueError("not a web address")
    return value.rstrip("/")


DatabaseAddress = Annotated[str, AfterValidator(_database)]
MailAddress = Annotated[SecretStr, AfterValidator(_mail)]
NotifyKey = Annotated[SecretStr | None, AfterValidator(_notify_key)]
NotifyAddress = Annotated[str, AfterValidator(_notify)]
PersonAddress = Annotated[str, AfterValidator(_person)]
SenderAddress = Annotated[str, AfterValidator(_sender)]
WebAddress = Annotated[str, AfterValidator(_web)]
