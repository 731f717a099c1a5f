"""A mail server of the test's own, and messages that wait to be sent to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from foundation.mail import Message, queue
from foundation.stamp import Stamp
from tests.integration.imports.desk import Shell
from tests.integration.reminders.outbox import Outbox
from tests.integration.reminders.post_office import PostOffice, post_office

Queue = Callable[..., None]


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as found:
        yield found


@pytest.fixture
def shell(app: Flask, tmp_path: Path, office: PostOffice) -> Shell:
    """Commands of a service that sends by the post office."""
    app.config.update(MAIL_URL=office.url, MAIL_FROM=("Prevent training", "no-reply@council.example"))
    return Shell(app, tmp_path)


@pytest.fixture
def write(session: Session) -> Queue:
    """Writes messages down, by the first part of their addresses."""

    def written(*names: str, kind: str = "invitation", body: str = "Hello\n") -> None:
        for name in names:
            with transaction(session):
                message = Message(kind, f"{name}@council.example", f"About {name}", body)
                queue(session, Stamp("command:tests", clock.now()), message)

    return written


@pytest.fixture
def outbox(session: Session, office: PostOffice) -> Outbox:
    return Outbox(session, office)
