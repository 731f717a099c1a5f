"""What somebody is in the middle of sending: the file, what its words say, what has been typed so far.

It is kept for a day under the account that began it, so that every step has an address, nothing is lost on the way and
nothing about anybody travels in the address. Nobody else can open it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses import store
from courses.domain import Concern, Purpose, Told
from courses.models import HeldUploadRow
from courses.uploads.inspection import Inspected
from courses.uploads.keeping import DAY, EvidenceFolder
from courses.uploads.scanner import Verdict
from courses.uploads.words import NOTHING_SAID, Said
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.models import new_public_id

MOST_A_DAY = 20
"""Files that one account may send in a day (promise E27)."""
NO_FILE = "none"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the folder of evidence. `sha256` is of what was sent."""

    kind: str
    size: int
    sha256: str
    stored_as: str


@dataclass(frozen=True, slots=True)
class Held:
    """One sending in the making. `named` are the people, of those who were looked for, whom the file names."""

    id: int
    public_id: str
    purpose: Purpose
    file: StoredFile | None
    said: Said
    named: frozenset[int] = frozenset()
    scanned: bool = True
    wanted: str = ""
    """The course with which the journey began, by a link from the reader's requirements."""
    told: Told | None = None
    people: tuple[int, ...] = ()
    """For a register: who has been ticked."""
    looked_for: str = ""
    sent_at: datetime | None = None
    sent: tuple[int, ...] = ()
    """For whom a completion was recorded."""


def refuse_too_many(session: Session, account_id: int, now: datetime) -> None:
    """Raise DomainError where this account has sent as many files today as one may."""
    values = {"account_id": account_id, "since": now - DAY}
    if session.connection().execute(_HELD_TODAY, values).scalar_one() >= MOST_A_DAY:
        raise DomainError(
            f"You have uploaded {MOST_A_DAY} files in one day, which is the limit. Finish with those you uploaded, "
            "or go on tomorrow."
        )


_HELD_TODAY = select(func.count()).where(
    HeldUploadRow.account_id == bindparam("account_id"),
    HeldUploadRow.held_at > bindparam("since"),
    HeldUploadRow.kind != NO_FILE,
)


def hold(
    session: Session,
    stamp: Stamp,
    account_id: int,
    purpose: Purpose,
    *,
    wanted: str = "",
    file: StoredFile | None = None,
    said: Said = NOTHING_SAID,
    named: Iterable[int] = (),
    verdict: Verdict = Verdict.NOT_ASKED,
    instead: "Held | None" = None,
) -> str:
    """Begin a sending, with its file or without one; gives its public id. What is older than a day goes.

    `instead`: the one with another file that this takes the place of; what was typed there is kept.
    """
    forget_old(session, stamp.at)
    held = Held(
        id=0,
        public_id=new_public_id(),
        purpose=purpose,
        file=file,
        said=said,
        named=frozenset(named),
        scanned=verdict is not Verdict.UNKNOWN,
        wanted=wanted,
        told=instead.told if instead else None,
        people=instead.people if instead else (),
    )
    session.execute(
        insert(HeldUploadRow).values(
            public_id=held.public_id,
            account_id=account_id,
            held_at=stamp.at,
            kind=file.kind if file else NO_FILE,
            size=file.size if file else 0,
            sha256=file.sha256 if file else "",
            stored_as=file.stored_as if file else "",
            found=_to_json(held),
        )
    )
    audit.record(session, stamp, "evidence.held", stamp.actor, purpose=purpose.value, file=file is not None)
    return held.public_id


def stored(inspected: Inspected, name: str) -> StoredFile:
    """What is known of a file that was just put into the folder."""
    return StoredFile(inspected.kind.value, len(inspected.content), inspected.sha256, name)


def find_held(session: Session, account_id: int, public_id: str, purpose: Purpose, now: datetime) -> Held:
    """A sending of this account. Raises NotFound where there is none, or none of this purpose (promise E28)."""
    values = {"account_id": account_id, "public_id": public_id, "since": now - DAY}
    row = session.connection().execute(_HELD, values).one_or_none()
    if row is None or row.found["purpose"] != purpose.value:
        raise NotFound("There is no such file.")
    file = None
    if row.kind != NO_FILE:
        file = StoredFile(row.kind, row.size, row.sha256, row.stored_as)
    return _from_json(row.id, row.public_id, file, row.found)


_HELD = (
    select(HeldUploadRow)
    .with_only_columns(
        HeldUploadRow.id,
        HeldUploadRow.public_id,
        HeldUploadRow.kind,
        HeldUploadRow.size,
        HeldUploadRow.sha256,
        HeldUploadRow.stored_as,
        HeldUploadRow.found,
    )
    .where(
        HeldUploadRow.account_id == bindparam("account_id"),
        HeldUploadRow.public_id == bindparam("public_id"),
        HeldUploadRow.held_at > bindparam("since"),
    )
)


def keep(session: Session, stamp: Stamp, held: Held) -> None:
    """Keep what has been typed so far. What was sent already stays as it was sent."""
    if held.sent_at is not None:
        raise DomainError("This was sent already.")
    _write(session, held)
    audit.record(session, stamp, "evidence.described", stamp.actor)


def mark_sent(session: Session, stamp: Stamp, held: Held, person_ids: Iterable[int]) -> None:
    """Keep that a sending was sent, so that the way back shows it and cannot send it again."""
    _write(session, replace(held, sent_at=stamp.at, sent=tuple(person_ids)))


def _write(session: Session, held: Held) -> None:
    session.execute(update(HeldUploadRow).where(HeldUploadRow.id == held.id).values(found=_to_json(held)))


def forget_old(session: Session, now: datetime) -> int:
    """Delete sendings that were begun more than a day ago; their files are swept. Gives how many."""
    gone = session.execute(delete(HeldUploadRow).where(HeldUploadRow.held_at <= now - DAY))
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a CursorResult, typed as Result


def sweep_files(session: Session, folder: EvidenceFolder, now: datetime) -> int:
    """Delete the files to which no row refers any more; gives how many (promise E32).

    Call outside a transaction: a file may only go once the row that named it is gone for good.
    """
    old = folder.older_than_a_day(now)
    gone = []
    for start in range(0, len(old), 500):
        some = old[start : start + 500]
        gone += sorted(set(some) - store.files_in_use(session, some))
    folder.remove(gone)
    return len(gone) + folder.remove_unfinished(now)


def concerns_about(held: Held, told: Told, person_id: int, sent_before: Iterable[int]) -> list[Concern]:
    """What makes one wonder whether this file proves this completion. `sent_before`: for whom it was sent already."""
    if held.file is None:
        return [Concern.NO_FILE]
    found = []
    if not held.said.readable:
        found.append(Concern.TEXT_UNREADABLE)
    else:
        differs = {
            Concern.NAME_DIFFERS: person_id not in held.named,
            Concern.COURSE_DIFFERS: told.course not in held.said.courses,
            Concern.DATE_DIFFERS: told.completed_on not in held.said.days,
        }
        found += [concern for concern, holds in differs.items() if holds]
    before = set(sent_before)
    if before - {person_id}:
        found.append(Concern.FILE_USED_BY_ANOTHER)
    if person_id in before:
        found.append(Concern.FILE_USED_AGAIN)
    if not held.scanned:
        found.append(Concern.NOT_SCANNED)
    return found


def _to_json(held: Held) -> dict[str, Any]:
    told = held.told
    return {
        "purpose": held.purpose.value,
        "readable": held.said.readable,
        "courses": list(held.said.courses),
        "days": [day.isoformat() for day in held.said.days],
        "named": sorted(held.named),
        "scanned": held.scanned,
        "wanted": held.wanted,
        "told": told and [told.course, told.completed_on.isoformat(), told.provider, told.reference],
        "people": list(held.people),
        "looked_for": held.looked_for,
        "sent_at": held.sent_at and held.sent_at.isoformat(),
        "sent": list(held.sent),
    }


def _from_json(number: int, public_id: str, file: StoredFile | None, found: Mapping[str, Any]) -> Held:
    told = found["told"]
    return Held(
        id=number,
        public_id=public_id,
        purpose=Purpose(found["purpose"]),
        file=file,
        said=Said(
            readable=found["readable"],
            courses=tuple(found["courses"]),
            days=tuple(date.fromisoformat(day) for day in found["days"]),
        ),
        named=frozenset(found["named"]),
        scanned=found["scanned"],
        wanted=found["wanted"],
        told=told and Told(told[0], date.fromisoformat(told[1]), told[2], told[3]),
        people=tuple(found["people"]),
        looked_for=found["looked_for"],
        sent_at=found["sent_at"] and datetime.fromisoformat(found["sent_at"]),
        sent=tuple(found["sent"]),
    )
