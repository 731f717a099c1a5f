"""The last moment before messages leave: one transaction that makes sure that they may, and marks them `sending`.

The mail server waits for the text of the first already. Until this transaction is saved nothing of them leaves; from
then on a death may mean a copy. So they are asked here, and not earlier, whether they still apply (promise R5).
"""

import logging
import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from functools import cache

from sqlalchemy import Select, Update, bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from foundation import audit
from foundation.mail import LONGEST_SUBJECT, MailGateRow, State, one_line
from foundation.mail import OutgoingMessageRow as Row
from foundation.stamp import Stamp
from reminders.domain.letter import Letter, NotNowError, RefusedError
from reminders.domain.outbox import BundleWriter, NoLonger, Stage, Terms, Words, Writer, Writing
from reminders.services.letters import compose
from reminders.services.outbox import trial
from reminders.services.outbox.claiming import Claimed, database_time
from reminders.services.outbox.limits import Day
from reminders.store.outbox import GATE

log = logging.getLogger(__name__)

LONGEST_WHY = 200


class FencedError(Exception):
    """The claim is another's by now, or the message was called off. Whoever holds it deals with it."""


class HaltedError(Exception):
    """Somebody has halted all mail."""


@dataclass(frozen=True, slots=True)
class House:
    """Who the letters are from, and where answers go."""

    sender: tuple[str, str]
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class NotLeaving:
    """What a message has become instead of leaving: cancelled, or waiting for another day. `why` for whoever looks."""

    state: State
    why: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What a mark has come to: letters that leave now, one after the other, and what does not leave."""

    letters: list[tuple[Claimed, Letter]] = field(default_factory=list)
    not_leaving: list[tuple[Claimed, NotLeaving]] = field(default_factory=list)


def mark(
    session: Session,
    stamp: Stamp,
    bundle: Sequence[Claimed],
    to: str,
    house: House,
    writers: Mapping[str, Writer],
    terms: Terms,
) -> Marked:
    """Inside a transaction: mark messages `sending` and say what leaves; and of the others why they do not.

    `to`: where the mail server expects the first of them to go. Whatever else another process has by now is left out.
    Raises FencedError where that is so of the first, HaltedError, RefusedError and NotNowError; then nothing of this
    transaction is to be saved.
    """
    marked = Marked()
    leaving: list[tuple[Claimed, Words, bool]] = []
    held = _held(session, bundle)
    asked = _asked_together(session, stamp, held, writers)
    for claimed in held:
        again = claimed.content is not None and claimed.ambiguous > 0 and claimed.address == to
        words = _ask(session, stamp, claimed, writers.get(claimed.kind), asked, again=again)
        if isinstance(words, NoLonger):
            marked.not_leaving.append((claimed, cancel(session, stamp, claimed, words)))
        elif claimed is bundle[0] and words.address != to:
            raise NotNowError("The address was changed while the message was leaving.")
        else:
            leaving.append((claimed, words, again))
    day = Day(session, stamp, terms, bundle, [words.address for _, words, _ in leaving])
    for claimed, words, again in leaving:
        why = day.add(claimed, words.address)
        if why:
            marked.not_leaving.append((claimed, NotLeaving(State.WAITING, why)))
        else:
            letter = same_letter(claimed, house) if again else _new(claimed, words, house)
            marked.letters.append((claimed, letter))
    if marked.letters:
        statement = _leaving(session.get_bind().dialect.name, terms.lease)
        rows = [_as_it_leaves(stamp, *letter) for letter in marked.letters]
        session.connection().execute(statement, rows)
    return marked


def call_off(session: Session, stamp: Stamp, claimed: Claimed, writer: Writer) -> NotLeaving | None:
    """Inside a transaction: have a message written that is not to leave, so that its writer says why. None: it is."""
    _held(session, [claimed])
    words = _ask(session, stamp, claimed, writer, {}, again=claimed.ambiguous > 0)
    return cancel(session, stamp, claimed, words) if isinstance(words, NoLonger) else None


def cancel(session: Session, stamp: Stamp, claimed: Claimed, no_longer: NoLonger) -> NotLeaving:
    """The message is not to leave any more; what may be known of an earlier copy stays.

    Where some of it still applies it is uncertain, and a person decides. The old bytes are never sent again: should it
    be sent once more, it is written anew.
    """
    state = State.UNCERTAIN if no_longer.undecided else State.CANCELLED
    values: dict[str, object] = {"content": None} if no_longer.undecided else {}
    session.connection().execute(
        update(Row)
        .where(Row.id == claimed.id)
        .values(
            state=state.value,
            problem=no_longer.why[:LONGEST_WHY],
            claim_token=None,
            lease_until=None,
            **values,
        )
    )
    audit.record(session, stamp, f"message.{state.value}", f"message:{claimed.id}", kind=claimed.kind)
    if claimed.on_trial and claimed.run_id is not None:
        trial.judge(session, stamp, claimed.run_id)
    return NotLeaving(state, no_longer.why)


def _held(session: Session, bundle: Sequence[Claimed]) -> list[Claimed]:
    """Those whose claim still holds; the write lock keeps it so."""
    statement = _holding(session.get_bind().dialect.name)
    asked = {"ids": [one.id for one in bundle], "mine": bundle[0].token}
    found = session.connection().execute(statement, asked).all()
    if any(is_halted for _, is_halted in found):
        raise HaltedError
    held = {number for number, _ in found}
    if bundle[0].id not in held:
        raise FencedError
    return [one for one in bundle if one.id in held]


@cache
def _holding(dialect: str) -> Select[int, bool | None]:
    halted = select(MailGateRow.halted_at.is_not(None)).where(MailGateRow.id == GATE).scalar_subquery()
    return select(Row.id, halted).where(
        Row.id.in_(bindparam("ids", expanding=True)),
        Row.claim_token == bindparam("mine"),
        Row.state == State.CLAIMED.value,
        Row.lease_until > database_time(dialect),
    )


@cache
def _leaving(dialect: str, lease: timedelta) -> Update:
    """The statement that turns a claim into `sending`."""
    return (
        update(Row)
        .where(Row.id == bindparam("me"))
        .values(
            **{name: bindparam(name) for name in ("address", "subject", "body", "content", "handed_at")},
            state=State.SENDING.value,
            stage=Stage.HANDED_OVER.value,
            lease_until=database_time(dialect, lease),
        )
    )


def _as_it_leaves(stamp: Stamp, claimed: Claimed, letter: Letter) -> dict[str, object]:
    return {
        "me": claimed.id,
        "address": letter.to,
        "subject": one_line(letter.subject)[:LONGEST_SUBJECT],
        "body": letter.body,
        "content": letter.content,
        "handed_at": stamp.at,
    }


def _asked_together(
    session: Session, stamp: Stamp, held: Sequence[Claimed], writers: Mapping[str, Writer]
) -> dict[str, Writing]:
    """By kind: what has been read for all messages of a bundle that have a writer which can do so."""
    of_kind: dict[str, list[int]] = defaultdict(list)
    for claimed in held:
        of_kind[claimed.kind].append(claimed.id)
    found = {}
    for kind, ids in of_kind.items():
        writer = writers.get(kind)
        if len(ids) > 1 and isinstance(writer, BundleWriter):
            try:
                found[kind] = writer.writing(session, stamp, ids)
            except SQLAlchemyError:
                raise
            except Exception as error:  # each is then asked for by itself, and the one at fault is found
                raise could_not_write(held[0], error) from error
    return found


def _ask(
    session: Session,
    stamp: Stamp,
    claimed: Claimed,
    writer: Writer | None,
    asked: Mapping[str, Writing],
    *,
    again: bool,
) -> Words | NoLonger:
    if writer is None:
        return Words(claimed.address, claimed.subject, claimed.body, is_html=False)
    try:
        if claimed.kind in asked:
            return asked[claimed.kind](claimed.id, again)
        return writer.write(session, stamp, claimed.id, again)
    except (SQLAlchemyError, RefusedError):  # the writer's own refusal says in plain words how to mend it
        raise
    except Exception as error:  # a template that fails stops its own message alone
        raise could_not_write(claimed, error) from error


def could_not_write(claimed: Claimed, error: Exception) -> NotNowError:
    """A writer failed: in the log where it did, and not with what, which may hold a name."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    log.error("mail: message %s could not be written: %s at %s", claimed.id, type(error).__name__, places)
    return NotNowError(f"It could not be written: {type(error).__name__}.")


def _new(claimed: Claimed, words: Words, house: House) -> Letter:
    letter = compose(
        claimed.id,
        words.address,
        words.subject,
        words.body,
        claimed.made_at,
        house.sender,
        is_html=words.is_html,
        reply_to=house.reply_to,
        calendar=claimed.calendar,
        attachment=words.attachment,
    )
    return replace(letter, reference=claimed.public_id)


def same_letter(claimed: Claimed, house: House) -> Letter:
    """The very bytes that were handed over before (promise R4)."""
    assert claimed.content is not None
    message_id = str(BytesHeaderParser(policy=compat32).parsebytes(claimed.content)["Message-ID"])
    return Letter(
        house.sender[1],
        claimed.address,
        claimed.subject,
        claimed.body,
        message_id,
        claimed.content,
        claimed.public_id,
    )
