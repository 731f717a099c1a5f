"""Taking a file that was sent with a form: looked over, kept in the folder, written down."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from flask import current_app, request
from werkzeug.datastructures import FileStorage

from courses import store
from courses.domain import Purpose
from courses.services import holding
from courses.services.holding import Held
from courses.uploads.inspection import inspect_upload
from courses.uploads.keeping import EvidenceFolder
from courses.uploads.words import what_it_says
from courses.views.blueprint import CLAMD_SOCKET, MAX_BYTES
from foundation import clock
from foundation.db import db, transaction
from foundation.errors import NotFound
from people import auth
from people.domain import Account
from people.services.limits import Limit

UPLOADS = Limit("upload.account", 40, timedelta(hours=1))
"""Files of one account, whether they are taken or refused."""
LooksFor = Callable[[str], Iterable[int]]
"""Gives the ids of the people whom the words of a file name."""


def folder() -> EvidenceFolder:
    """The folder of evidence files of this service."""
    return EvidenceFolder.in_instance(current_app.instance_path)


def receive(
    account: Account,
    purpose: Purpose,
    upload: FileStorage,
    looks_for: LooksFor,
    wanted: str = "",
    instead: Held | None = None,
) -> str:
    """Keep a file and begin a sending with it; gives its public id. Raises DomainError where it is refused."""
    # Reading a file costs seconds, so those that are refused count as well.
    auth.refuse_while(auth.take([(UPLOADS, auth.subject(account))]).wait)
    session, now, limit = db.session(), clock.now(), current_app.config[MAX_BYTES]
    holding.refuse_too_many(session, account.id, now)
    courses = store.courses_on(session, clock.today())
    content = upload.stream.read(limit + 1)
    # The read ends here: looking a file over may take seconds, and nobody should wait for them.
    session.rollback()
    inspected = inspect_upload(upload.filename or "", content, limit, current_app.config[CLAMD_SOCKET])
    kept = folder()
    name = kept.keep(inspected.content)
    named = list(looks_for(inspected.words))
    try:
        with transaction(session):
            public_id = holding.hold(
                session,
                auth.stamp(),
                account.id,
                purpose,
                wanted=wanted,
                file=holding.stored(inspected, name),
                said=what_it_says(inspected.words, courses, clock.today()),
                named=named,
                verdict=inspected.verdict,
                instead=instead,
            )
    except BaseException:
        kept.remove([name])
        raise
    if kept.is_due(now):
        holding.sweep_files(session, kept, now)
    return public_id


def begin_without_file(account: Account, wanted: str = "", instead: Held | None = None) -> str:
    """Begin a sending to which there is no file; gives its public id."""
    with transaction(db.session()) as session:
        return holding.hold(
            session, auth.stamp(), account.id, Purpose.CERTIFICATE, wanted=wanted, instead=instead
        )


def replaced(account: Account, purpose: Purpose) -> Held | None:
    """The sending whose file is to be changed, if the address names one of this account's that was not sent yet."""
    try:
        found = holding.find_held(
            db.session(), account.id, request.args.get("instead", ""), purpose, clock.now()
        )
    except NotFound:
        return None
    return found if found.sent_at is None else None
