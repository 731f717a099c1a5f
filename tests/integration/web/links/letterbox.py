"""What a test of links reads again and again: the messages that wait, and the newest link in them."""

import re
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
NEW = "three geese and a kettle"
LINK = re.compile(r"http://localhost(/set-password/\S+)")


def stamp() -> Stamp:
    return Stamp("command:tests", clock.now())


def messages(session: Session) -> list[OutgoingMessageRow]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(OutgoingMessageRow).order_by(OutgoingMessageRow.id)))


def waiting(session: Session) -> list[tuple[str, str]]:
    return [(row.kind, row.address) for row in messages(session) if row.state == "waiting"]


def newest_link(session: Session) -> str:
    """The path of the link in the newest message."""
    found = LINK.search(messages(session)[-1].body)
    assert found, "the message holds no link to this service"
    return found[1]
