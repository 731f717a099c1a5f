"""What of a message still applies in the moment in which it leaves; the rest is taken out of the ledger, with why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from reminders.domain.due import Reason
from reminders.domain.outbox import NoLonger
from reminders.store.ledger import Entry, cancel

SOME_ENDED = (
    "Something in it no longer applies, and a copy of it may have arrived. "
    "If it is sent again, it says only what still applies."
)


def drop_what_ended(
    session: Session,
    entries: Sequence[Entry],
    reasons: Mapping[int, Reason | None],
    *,
    again: bool,
    fewer: bool = False,
) -> list[Entry] | NoLonger:
    """The entries that still apply (`reasons`: of `still_due`). NoLonger where none does; or, `again`, where one does
    not: a copy that says it may have arrived, and another with other words would be a second message. The others are
    not to be lost by that, so a person decides. `fewer`: one was taken out already."""
    ended = {entry.id: reason for entry in entries if (reason := reasons[entry.id]) is not None}
    take_out(session, ended)
    left = [entry for entry in entries if entry.id not in ended]
    if not left:
        return NoLonger(f"Nothing in it applies any more{_because(list(ended.values()))}.")
    if again and (ended or fewer):
        return NoLonger(SOME_ENDED, undecided=True)
    return left


def take_out(session: Session, ended: dict[int, Reason]) -> None:
    """Cancel reminders, each with its reason."""
    by_reason: dict[Reason, list[int]] = defaultdict(list)
    for reminder_id, reason in ended.items():
        by_reason[reason].append(reminder_id)
    for reason, ids in by_reason.items():
        cancel(session, ids, reason)


def no_address(session: Session, entries: Sequence[Entry]) -> NoLonger:
    """Nobody can be written to; the next plan sees how else they are told."""
    cancel(session, [entry.id for entry in entries], Reason.CANNOT_BE_REACHED)
    return NoLonger("There is no email address any more.")


def has_left(session: Session, entries: Sequence[Entry]) -> NoLonger:
    """The recipient holds no post any more, so that the address may be somebody else's."""
    cancel(session, [entry.id for entry in entries], Reason.CANNOT_BE_REACHED)
    return NoLonger("The recipient holds no post any more.")


def _because(reasons: Sequence[Reason]) -> str:
    """The reason, where it is one for all."""
    found = set(reasons)
    return f": {found.pop().value.replace('_', ' ')}" if len(found) == 1 else ""
