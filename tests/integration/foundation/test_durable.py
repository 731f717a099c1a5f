"""A write waits for the disk, unless its caller says that it may be undone by a power cut."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation.db import transaction

FULL, NORMAL = 2, 1


def how_durable(session: Session) -> object:
    if session.get_bind().dialect.name == "sqlite":
        return {FULL: "on", NORMAL: "off"}[session.execute(text("PRAGMA synchronous")).scalar_one()]
    return session.execute(text("SHOW synchronous_commit")).scalar_one()


def test_a_write_that_does_not_wait_for_the_disk_leaves_the_next_one_as_it_was(session: Session) -> None:
    with transaction(session):
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET synchronous_commit = on"))  # the databases of tests have it off
    seen = []
    for durable in (True, False, True, False, False, True):
        with transaction(session, durable=durable):
            seen.append(how_durable(session))
    assert seen == ["on", "off", "on", "off", "off", "on"]
    with transaction(session):
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("RESET synchronous_commit"))
