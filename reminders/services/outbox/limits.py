"""How many messages one person and one address may have on a day: what would be too many waits for the next (R9)."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from foundation.mail import OutgoingMessageRow as Row
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.due import Digest
from reminders.domain.outbox import A_DAY, Terms
from reminders.models import ReminderMessageRow
from reminders.services.outbox.claiming import Claimed

TOO_MANY_TO_ONE = "This person has had as many messages as one may get on a day."
TOO_MANY_TO_ADDRESS = "This address has had as many messages as one may get on a day."
_OF_THE_PLAN = tuple(digest.value for digest in Digest)
"""What counts towards a person's day, here as in the plan. The weekly message to whoever looks after learning and
development is about work, and holds up no reminder of their own."""


class Day:
    """What some addresses have had lately, and what is added to it by and by."""

    def __init__(
        self,
        session: Session,
        stamp: Stamp,
        terms: Terms,
        claimed: Sequence[Claimed],
        addresses: Sequence[str],
    ) -> None:
        self._session, self._stamp, self._terms = session, stamp, terms
        self._to_address = Counter[str]()
        self._to_person = Counter[tuple[str, int]]()
        asked = {
            "ids": [one.id for one in claimed],
            "addresses": sorted(set(addresses)),
            "since": stamp.at - A_DAY,
            "now": stamp.at,
        }
        for address, recipient_id, kind, number in session.connection().execute(_SO_FAR, asked):
            self._count(address, recipient_id, kind, number)

    def _count(self, address: str, recipient_id: int | None, kind: str, number: int = 1) -> None:
        self._to_address[address] += number
        if recipient_id is not None and kind in _OF_THE_PLAN:
            self._to_person[address, recipient_id] += number

    def add(self, claimed: Claimed, to: str) -> str:
        """Why one more would be too many; empty, and then it counts, where it is not.

        Otherwise it waits, and with it whatever else would be.
        """
        later, person_id = self._stamp.at + A_DAY, claimed.recipient_id
        of_plan = person_id is not None and claimed.kind in _OF_THE_PLAN
        others: ColumnElement[bool]
        if of_plan and person_id is not None and self._to_person[to, person_id] >= self._terms.most_a_day:
            why = TOO_MANY_TO_ONE
            mine = select(ReminderMessageRow.message_id).where(ReminderMessageRow.recipient_id == person_id)
            others = and_(Row.id.in_(mine.scalar_subquery()), Row.kind.in_(_OF_THE_PLAN))
        elif self._to_address[to] >= self._terms.most_to_an_address:
            why = TOO_MANY_TO_ADDRESS
            others = or_(Row.id == claimed.id, Row.address == to)  # its own may stand in no column yet
        else:
            self._count(to, person_id, claimed.kind)
            return ""
        connection = self._session.connection()
        connection.execute(
            update(Row)
            .where(Row.id == claimed.id)
            .values(state=State.WAITING.value, claim_token=None, lease_until=None)
        )
        connection.execute(
            update(Row)
            .where(others, Row.state == State.WAITING.value, Row.next_try_at < later)
            .values(next_try_at=later, problem=why)
        )
        return why


_SO_FAR = (
    select(Row.address, ReminderMessageRow.recipient_id, Row.kind, func.count())
    .outerjoin(ReminderMessageRow, ReminderMessageRow.message_id == Row.id)
    .where(
        Row.address.in_(bindparam("addresses", expanding=True)),
        Row.handed_at > bindparam("since", type_=Row.made_at.type),
        # What a wrong clock put into the future would count until that has come.
        Row.handed_at <= bindparam("now", type_=Row.made_at.type),
        Row.id.not_in(bindparam("ids", expanding=True)),
    )
    .group_by(Row.address, ReminderMessageRow.recipient_id, Row.kind)
)
