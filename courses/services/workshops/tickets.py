"""The links by which somebody answers without an account: signed, and naming a workshop, a moment and nobody.

What makes two answers of the same person a pair is the pair token. For people of the record it is derived from the key
of the service, so that the link six months later has the same without anybody keeping who had which; on paper it is
random. The record holds its hash alone. Whoever has both the database and the key could work out whose a token is: that
is the price of pairs without accounts, and the key is kept apart from backups (docs/workshops.md).
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from struct import Struct

from courses.domain.evaluation import When

PAIR_BYTES, MARK_BYTES = 12, 12
LENGTH = 40
_BODY = Struct(f">IBx{PAIR_BYTES}s")
_MOMENTS = tuple(When)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link says: which workshop, which moment, and the pair token."""

    workshop_id: int
    when: When
    pair: bytes

    @property
    def pair_hash(self) -> str:
        """What is kept of the pair token."""
        return sha256(b"evaluation pair " + self.pair).hexdigest()


def pair_of(key: str, workshop: str, person: str) -> bytes:
    """The pair token of somebody of the record at a workshop: the same at each moment, another at each workshop."""
    return _keyed(key, "evaluation pair", f"{workshop} {person}".encode())[:PAIR_BYTES]


def new_pair() -> bytes:
    """A pair token for whoever takes a slip of paper: nobody knows who that is."""
    return token_bytes(PAIR_BYTES)


def token_of(key: str, ticket: Ticket) -> str:
    """The ticket as it stands in a link."""
    body = _BODY.pack(ticket.workshop_id, _MOMENTS.index(ticket.when), ticket.pair)
    return urlsafe_b64encode(body + _mark(key, body)).decode("ascii")


def read_token(keys: Sequence[str], token: str) -> Ticket | None:
    """The ticket of a link; None where it was not made here. `keys`: the one in use, and earlier ones."""
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        content = urlsafe_b64decode(token)
    except Error:
        return None
    body, mark = content[: _BODY.size], content[_BODY.size :]
    if urlsafe_b64encode(content).decode("ascii") != token:  # one ticket has one spelling
        return None
    if not any(hmac.compare_digest(mark, _mark(key, body)) for key in keys):
        return None
    workshop_id, moment, pair = _BODY.unpack(body)
    return Ticket(workshop_id, _MOMENTS[moment], pair)


def _mark(key: str, body: bytes) -> bytes:
    return _keyed(key, "evaluation link", body)[:MARK_BYTES]


def _keyed(key: str, purpose: str, content: bytes) -> bytes:
    own = hmac.new(key.encode(), purpose.encode(), sha256).digest()
    return hmac.new(own, content, sha256).digest()
