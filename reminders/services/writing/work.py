"""The weekly message to learning and development: how much waits for somebody, of each kind. No names.

It goes to every account that has the permission today, and says nothing where nothing waits.
"""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from compliance.services.importing.folder import ImportFolder
from compliance.services.worklist import Work, work
from compliance.store.rules import load_rules
from foundation.facts import known
from foundation.formats import long_date
from foundation.mail import OutgoingMessageRow, waiting_row
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AccountRow, PermissionRow
from people.services.sessions import find_account
from reminders.domain.outbox import NoLonger, Words
from reminders.models import ReminderMessageRow
from reminders.services.writing.frame import Letterhead
from reminders.store.dues import duties_on
from reminders.store.unreached import Waiting, waiting

KIND = "work_digest"
_LEARNING = (
    select(AccountRow.public_id, AccountRow.person_id)
    .join(PermissionRow, PermissionRow.account_id == AccountRow.id)
    .where(
        known(PermissionRow, None),
        PermissionRow.permission == Permission.LEARNING.value,
        AccountRow.disabled_at.is_(None),
    )
    .distinct()
    .order_by(AccountRow.public_id)
)
_KEYS = select(OutgoingMessageRow.dedupe_key).where(
    OutgoingMessageRow.dedupe_key.in_(bindparam("keys", expanding=True))
)
_MESSAGE = (
    select(OutgoingMessageRow.dedupe_key, ReminderMessageRow.day)
    .join(ReminderMessageRow, ReminderMessageRow.message_id == OutgoingMessageRow.id)
    .where(OutgoingMessageRow.id == bindparam("message_id"))
)


def queue_work_digests(session: Session, stamp: Stamp, day: date, run_id: int) -> int:
    """Write down one message for each account of learning and development; how many are new.

    Call inside a transaction, on a day of weekly messages. Doing it twice does nothing.
    """
    accounts = {
        _key(public_id, day): person_id for public_id, person_id in session.connection().execute(_LEARNING)
    }
    there = (
        set(session.connection().execute(_KEYS, {"keys": sorted(accounts)}).scalars()) if accounts else set()
    )
    new = [key for key in accounts if key not in there]
    for key in new:
        made = session.connection().execute(
            insert(OutgoingMessageRow)
            .values(**waiting_row(KIND, stamp.at, dedupe_key=key))
            .returning(OutgoingMessageRow.id)
        )
        session.connection().execute(
            insert(ReminderMessageRow).values(
                message_id=made.scalar_one(), recipient_id=accounts[key], run_id=run_id, day=day
            )
        )
    return len(new)


def _key(public_id: str, day: date) -> str:
    return f"{KIND}:{public_id}:{day.isoformat()}"


class WorkWriter:
    """Writes the messages of kind `work_digest`."""

    kinds = frozenset({KIND})

    def __init__(
        self, letterhead: Letterhead, day_of: Callable[[datetime], date], folder: ImportFolder
    ) -> None:
        self._letterhead = letterhead
        self._day_of = day_of
        self._folder = folder

    def address_of(self, session: Session, message_id: int) -> str | None:
        """The address of the account, while it still has the permission on the day of the message."""
        found = _written(session, message_id)
        account = _reader(session, found[0], found[1]) if found else None
        return account.email if account else None

    def write(self, session: Session, stamp: Stamp, message_id: int, again: bool) -> Words | NoLonger:
        """The numbers as they are now. NoLonger where nothing waits."""
        found = _written(session, message_id)
        today = self._day_of(stamp.at)
        account = _reader(session, found[0], today) if found else None
        if account is None:
            return NoLonger("The account does not look after this any more.")
        rules = load_rules(session)
        to_do = work(session, account, today, self._folder)
        outbox = waiting(session, stamp.at, today, duties_on(rules, today))
        if to_do.nothing_waits and not outbox.anything:
            return NoLonger("Nothing waits for anybody.")
        return Words(account.email, *work_words(self._letterhead, today, to_do, outbox))


def work_words(letterhead: Letterhead, today: date, to_do: Work, outbox: Waiting) -> tuple[str, str]:
    """Subject and body: numbers, and where it is looked after."""
    return (
        letterhead.subject(KIND),
        letterhead.body(
            KIND,
            work=to_do,
            outbox=outbox,
            as_at=long_date(today),
            work_address=letterhead.address("/work"),
            reminders_address=letterhead.address("/reminders"),
        ),
    )


def _written(session: Session, message_id: int) -> tuple[str, date] | None:
    """The account's public id, and the day of the message."""
    row = session.connection().execute(_MESSAGE, {"message_id": message_id}).first()
    return (str(row[0]).split(":")[1], row[1]) if row and row[0] else None


def _reader(session: Session, public_id: str, day: date) -> Account | None:
    account = find_account(session, public_id, day)
    return account if account and Permission.LEARNING in account.permissions else None
