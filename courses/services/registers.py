"""The signed register of a session: a manager records it for people of the team, most of them without a computer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from courses import store
from courses.domain import Concern, Evidence, Purpose, Source, Told
from courses.services.holding import Held, concerns_about, find_held, mark_sent
from courses.services.telling import record_told, refuse_told
from courses.store import OnRecord, TeamPerson
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun
from foundation.stamp import Stamp
from people.domain import Account
from people.store import Team


def team_of(session: Session, account: Account, today: date) -> list[TeamPerson]:
    """Everyone below this manager today, and below those whose team was handed over; never the reader."""
    if account.person_id is None or not account.is_manager:
        return []
    below = Team(account.person_id, today, below=True)
    return [one for one in store.team_people(session, below) if one.id != account.person_id]


def refuse_strangers(chosen: Collection[int], team: Collection[TeamPerson]) -> None:
    """Raise DomainError where somebody was ticked who is not in the team: then nobody is recorded (promise G45)."""
    missing = len(set(chosen) - {one.id for one in team})
    if missing:
        those = count_noun(missing, "person you ticked is", "people you ticked are")
        raise DomainError(
            f"{those} not in your team any more, so nothing was recorded for anybody. "
            "Go back to the list of people, look through it, and send the register again."
        )


@dataclass(frozen=True, slots=True)
class Entries:
    """The people who were ticked: for whom a completion will be recorded, and who has it on record already."""

    new: list[TeamPerson]
    known: list[tuple[TeamPerson, OnRecord]]


def entries(session: Session, held: Held, told: Told, team: Collection[TeamPerson]) -> Entries:
    """What sending this register would record. One that was not accepted before may be sent again."""
    chosen = [one for one in team if one.id in set(held.people)]
    before = store.on_record(session, told.course, told.completed_on, [one.id for one in chosen])
    known = [
        (one, before[one.id])
        for one in chosen
        if one.id in before and before[one.id].evidence != Evidence.REJECTED
    ]
    known_ids = {one.id for one, _ in known}
    return Entries([one for one in chosen if one.id not in known_ids], known)


def send_register(session: Session, stamp: Stamp, account: Account, held_id: str, today: date) -> None:
    """Record the completions on a register, each waiting for a check, with one file for all of them.

    The team is looked up anew: somebody who left it since the register was begun stops all of it. Raises NotFound where
    the sending is not theirs, DomainError where it is refused.
    """
    held = find_held(session, account.id, held_id, Purpose.REGISTER, stamp.at)
    if held.sent_at is not None:
        return
    if held.told is None or held.file is None:
        raise NotFound("There is nothing to send.")
    course = refuse_told(session, held.told, today)
    team = team_of(session, account, today)
    refuse_strangers(held.people, team)
    found = entries(session, held, held.told, team)
    if not found.new:
        raise DomainError(
            "Nobody is left to record: everybody you ticked has this training on record already."
        )
    sent_before = [one.person_id for one in store.sent_for(session, [held.file.sha256])]
    for person in found.new:
        concerns = concerns_about(held, held.told, person.id, sent_before)
        record_told(session, stamp, held, person.id, course, Source.REGISTER, concerns)
    mark_sent(session, stamp, held, [person.id for person in found.new])


def shared_concerns(session: Session, held: Held, told: Told) -> list[Concern]:
    """What makes one wonder about the register as a whole, whoever is on it."""
    assert held.file is not None
    sent_before = [one.person_id for one in store.sent_for(session, [held.file.sha256])]
    about = {Concern.NAME_DIFFERS, Concern.FILE_USED_AGAIN}
    return [concern for concern in concerns_about(held, told, 0, sent_before) if concern not in about]
