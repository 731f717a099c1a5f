"""What a provider reports later about a message: whether it was delivered."""

from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.mail import OutgoingMessageRow, State
from foundation.stamp import Stamp

NO_SUCH_ADDRESS = "It could not be delivered: the address does not exist, or takes no mail."


class Receipt(StrEnum):
    """What becomes of a message behind the provider, in GOV.UK Notify's own words."""

    DELIVERED = "delivered"
    PERMANENT_FAILURE = "permanent-failure"
    """The address does not exist, or refuses all mail."""
    TEMPORARY_FAILURE = "temporary-failure"
    """Tried for days, and not taken: a mailbox that is full."""
    TECHNICAL_FAILURE = "technical-failure"


def keep_receipt(session: Session, stamp: Stamp, reference: str, receipt: Receipt) -> bool:
    """Keep what is reported of the message with this public id; False when there is none. Call inside a transaction.

    Nothing is sent again for it. A message that was sent and met no mailbox has failed, so that learning and
    development sees the address. Reports come late, twice and in any order: a copy that arrived is what counts.
    """
    row = session.execute(
        select(
            OutgoingMessageRow.id,
            OutgoingMessageRow.kind,
            OutgoingMessageRow.state,
            OutgoingMessageRow.receipt,
            OutgoingMessageRow.problem,
        ).where(OutgoingMessageRow.public_id == reference)
    ).one_or_none()
    if row is None:
        return False
    if row.receipt in (receipt.value, Receipt.DELIVERED.value):
        return True
    values: dict[str, object] = {"receipt": receipt.value, "receipt_at": stamp.at}
    if receipt is Receipt.PERMANENT_FAILURE and row.state == State.SENT.value:
        values |= {"state": State.FAILED.value, "problem": NO_SUCH_ADDRESS}
    elif receipt is Receipt.DELIVERED and row.state == State.FAILED.value and row.problem == NO_SUCH_ADDRESS:
        values |= {"state": State.SENT.value, "problem": ""}
    session.execute(update(OutgoingMessageRow).where(OutgoingMessageRow.id == row.id).values(**values))
    audit.record(
        session, stamp, "message.reported", f"message:{row.id}", kind=row.kind, receipt=receipt.value
    )
    return True
