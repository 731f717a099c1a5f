"""What became of messages that were being sent, written down as soon as it is known."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from foundation import audit
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.mail import OutgoingMessageRow as Row
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.letter import (
    FINAL_ANSWER_SECONDS,
    NotSentError,
    RefusedError,
    UncertainError,
    wait_after,
)
from reminders.domain.outbox import Stage, copies_more
from reminders.services.outbox import gate, trial
from reminders.services.outbox.claiming import Claimed, let_wait

LONGEST_PROBLEM = 200
PAUSES = (0.2, 1.0, 5.0)
"""How long to wait, in seconds, before an answer is written down again that the database did not take."""
_SETTLED = (State.CLAIMED, State.SENDING, State.WAITING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Result:
    """What a message has come to. `in_doubt`: it was handed over and no answer came."""

    state: State
    problem: str = ""
    code: int | None = None
    stage: Stage = Stage.ANSWERED
    in_doubt: bool = False


def result_of(claimed: Claimed, error: NotSentError, stage: Stage) -> Result:
    """What an error of a mailer means for this message."""
    problem, code = str(error)[:LONGEST_PROBLEM], error.code
    if isinstance(error, RefusedError):
        return Result(State.FAILED, problem, code, stage)
    may_wait = wait_after(claimed.tries + 1) is not None
    if isinstance(error, UncertainError):
        may_again = may_wait and claimed.ambiguous < copies_more(claimed.is_secret)
        state = State.WAITING if may_again else State.UNCERTAIN
        return Result(state, problem, code, Stage.HANDED_OVER, in_doubt=True)
    return Result(State.WAITING if may_wait else State.FAILED, problem, code, stage)


def settle_surely(
    session: Session,
    stamp: Callable[[], Stamp],
    results: Sequence[tuple[Claimed, Result]],
    left: Sequence[Claimed],
    *,
    is_mended: bool,
) -> None:
    """Write answers down, and do not take no for an answer: until they are saved a death may mean a second copy.

    `left` were marked and have not begun: they wait again. `is_mended`: the mail server could not be used before. Saves
    by itself, and does not wait for the disk. The mark did, and the next mark will: a power cut in between leaves
    `sending`, which is in doubt and listed. That saves every other wait for the disk.
    """
    for pause in (*PAUSES, None):
        try:
            with transaction(session, wait_seconds=FINAL_ANSWER_SECONDS, durable=False):
                settle(session, stamp(), results)
                if left:
                    put_back(session, left)
                if is_mended:
                    gate.clear_trouble(session)
            return
        except (DBAPIError, DomainError):  # the latter: somebody is saving a large change
            if pause is None:
                raise
            session.rollback()
            time.sleep(pause)


def settle(session: Session, stamp: Stamp, results: Sequence[tuple[Claimed, Result]]) -> None:
    """Write down what came of messages of one claim. What somebody else has, or has decided about, is left as it is.

    Whoever was so slow that the message was taken for lost meanwhile knows better, as long as nobody else has claimed
    it; so its word is the claim and not the state. The text of a secret is kept only while it is to be sent.
    """
    alike: dict[tuple[tuple[str, object], ...], list[int]] = defaultdict(list)
    for claimed, result in results:
        alike[tuple(_values(stamp, claimed, result).items())].append(claimed.id)
    settled: set[int] = set()
    for values, ids in alike.items():
        asked = {"ids": ids, "mine": results[0][0].token, **dict(values)}
        statement = _settling(tuple(name for name, _ in values))
        settled.update(session.connection().execute(statement, asked).scalars())
    known = [(claimed, result) for claimed, result in results if claimed.id in settled]
    audit.record_each(
        session,
        stamp,
        [
            (_event(result), f"message:{claimed.id}", {"kind": claimed.kind})
            for claimed, result in known
            if result.state is not State.WAITING or result.in_doubt
        ],
    )
    for run_id in {claimed.run_id for claimed, _ in known if claimed.on_trial and claimed.run_id is not None}:
        trial.judge(session, stamp, run_id)


def _event(result: Result) -> str:
    return "message.unanswered" if result.state is State.WAITING else f"message.{result.state.value}"


def _values(stamp: Stamp, claimed: Claimed, result: Result) -> dict[str, object]:
    """The columns that change."""
    wait = wait_after(claimed.tries + 1)
    ended = result.state is not State.WAITING
    values: dict[str, object] = {
        "state": result.state.value,
        "tries": claimed.tries + 1,
        "problem": result.problem,
        "code": result.code,
        "stage": result.stage.value,
        "ambiguous": claimed.ambiguous + result.in_doubt,
        "claim_token": None,
        "lease_until": None,
    }
    if not ended and wait is not None:
        values["next_try_at"] = stamp.at + wait
    if result.state is State.SENT:
        values["sent_at"] = stamp.at
    elif not result.in_doubt and not claimed.ambiguous:
        values["handed_at"] = None  # it is sure not to have arrived
    if claimed.is_secret:
        values |= {"body": "", "content": None} if ended else {"body": claimed.body}
    return values


@cache
def _settling(columns: tuple[str, ...]) -> ReturningUpdate[int]:
    """The statement that changes these columns of claimed messages; to build one takes longer than to run it."""
    return (
        update(Row)
        .where(
            Row.id.in_(bindparam("ids", expanding=True)),
            Row.claim_token == bindparam("mine"),
            Row.state.in_([state.value for state in _SETTLED]),
        )
        .values({name: bindparam(name) for name in columns})
        .returning(Row.id)
    )


def put_back(session: Session, claimed: Collection[Claimed]) -> None:
    """Let messages of one claim wait as before that were marked and are sure not to have arrived, through no fault of
    their own."""
    let_wait(
        session,
        Row.id.in_([one.id for one in claimed]),
        Row.claim_token.in_({one.token for one in claimed}),
        Row.state == State.SENDING.value,
    )
