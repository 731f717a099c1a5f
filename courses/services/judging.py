"""What to make of a genuine certificate: whether it holds, by the register and by what it says itself."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from courses.domain.certificates import Certificate, Standing, day_of
from courses.store import certificates as register
from courses.store.certificates import Issued
from foundation.formats import long_date


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a genuine certificate may be relied on today, and why in words."""

    holds: bool
    words: str


def judged(session: Session, said: Certificate, today: date) -> Judgement:
    """What the register says of a genuine file of ours; it must say of the number what the file says."""
    issued = register.find(session, said.number)
    if issued is None:
        return Judgement(False, "The register has no certificate with this number.")
    if issued.certificate != said:
        return Judgement(False, "The register says something else of the certificate with this number.")
    return _of(issued, today)


def judged_alone(said: Certificate, today: date) -> Judgement:
    """What a genuine file says of itself: all that can be told where no register is asked."""
    if said.valid_until is not None and said.valid_until < today:
        return Judgement(False, f"This certificate expired on {long_date(said.valid_until)}.")
    return Judgement(True, "This certificate is genuine and in date.")


def register_answers(session: Session) -> bool:
    """Whether there is a register to ask: the database is there, and it is of this version."""
    url = session.get_bind().engine.url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return False  # asking would make an empty one
    try:
        register.find(session, "")
    except DBAPIError:
        return False
    finally:
        session.rollback()
    return True


def _of(issued: Issued, today: date) -> Judgement:
    standing, said = issued.standing(today), issued.certificate
    if standing is Standing.SUPERSEDED:
        return Judgement(False, "This certificate was replaced by another: ask for the new one.")
    if standing is Standing.REVOKED:
        day = day_of(issued.end.ended_at) if issued.end is not None else issued.revoked_on
        return Judgement(
            False,
            f"This certificate was withdrawn on {long_date(day)}."
            if day is not None
            else "This certificate was withdrawn.",
        )
    if standing is Standing.EXPIRED:
        return judged_alone(said, today)
    return Judgement(True, "This certificate is genuine and current.")
