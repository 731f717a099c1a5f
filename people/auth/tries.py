"""Tries that are counted (people/services/limits.py): whose they are, and what a page does when there are too many.

Subjects are keyed: every e-mail address of a council and every network address can be guessed and hashed.
"""

import hmac
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from foundation.db import db, transaction
from people.auth.browsers import browser_known_to
from people.auth.identity import stamp
from people.domain import Account
from people.services import limits
from people.services.accounts import current_hash, normal_email
from people.services.limits import Subject, Taken, Try

_NETWORK = 64  # one subscriber has the last 64 bits of an IPv6 address to choose from


def subject(account: Account) -> Subject:
    """The tries of somebody whose account is known, whichever browser they come from."""
    return _keyed("account", account.public_id)


def email_subject(email: str) -> Subject:
    """The tries for an e-mail address that somebody typed, whether or not it has an account."""
    return _keyed("email", normal_email(email))


def network_subject() -> Subject:
    """The tries from the network address behind this request, as far as one subscriber goes."""
    return _keyed("address", _network(request.remote_addr or ""))


def thing_subject(kind: str, name: str) -> Subject:
    """The tries at one thing, from whichever network they come."""
    return _keyed(kind, name)


def give_back(taken: Taken) -> None:
    """Forget a try that was right."""
    with transaction(db.session()) as session:
        limits.give_back(session, taken)


def sign_in_tries(email: str) -> list[Try]:
    """What a try to sign in with this e-mail address is counted against; an unknown one counts like a known one."""
    browser = browser_known_to(email)
    if browser is not None:
        return [(limits.SIGN_IN_DEVICE, _keyed("device", f"{browser} {normal_email(email)}"))]
    return [
        (limits.SIGN_IN_ACCOUNT, email_subject(email)),
        (limits.SIGN_IN_ADDRESS, network_subject()),
        (limits.SIGN_IN_TOTAL, _keyed("everybody", "")),
    ]


def take(tries: list[Try]) -> Taken:
    """Count a try before it is made. While a limit is used up nothing is written, however often somebody knocks."""
    wait = limits.longest_wait(db.session(), tries, stamp().at)
    if wait is not None:
        return Taken(wait)
    with transaction(db.session()) as session:
        return limits.take(session, stamp(), tries)


def seconds(wait: timedelta) -> int:
    """A wait as the header Retry-After has it: whole seconds, rounded up."""
    return max(1, ceil(wait.total_seconds()))


def refuse_while(wait: timedelta | None) -> None:
    """Answer 429 with the page for too many tries, if there is anything to wait for."""
    if wait is not None:
        raise TooManyRequests(retry_after=seconds(wait))


def password_is_right(account: Account, password: str | None) -> bool:
    """Whether this is the password of whoever is signed in, asked for again before something that matters.

    Wrong ones are counted: a browser left open is no place for guessing. Answers 429 when there were too many.
    """
    return confirmed_hash(account, password) is not None


def confirmed_hash(account: Account, password: str | None) -> str | None:
    """As `password_is_right`; gives back the hash that is kept of the password, None when it is wrong."""
    taken = take([(limits.PASSWORD_ACCOUNT, subject(account))])
    refuse_while(taken.wait)
    kept = current_hash(db.session(), account, password or "")
    if kept is not None:
        with transaction(db.session()) as session:
            limits.give_back(session, taken)
    return kept


def _keyed(kind: str, value: str) -> Subject:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return Subject(hmac.new(key, f"{kind}:{value}".encode(), sha256).hexdigest())


def _network(address: str) -> str:
    """The part of a network address that one subscriber cannot change.

    >>> _network("192.0.2.7"), _network("::ffff:192.0.2.7"), _network("2001:db8:1:2:3:4:5:6"), _network("odd")
    ('192.0.2.7', '192.0.2.7', '2001:db8:1:2::/64', 'odd')
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> _NETWORK << _NETWORK)}/{_NETWORK}"
