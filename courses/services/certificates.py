"""Certificates: issuing one for a completion that counts, putting another in its place, taking one back.

A completion has one certificate that holds, whoever asks and however often: asked again, the same is given. All writing
is under the write lock, so two who ask at once get the same number; the table refuses a second one besides. What is
issued never changes: a correction issues another, and the register says of the first that it was replaced.
"""

from collections.abc import Sequence
from datetime import date
from secrets import choice

from sqlalchemy.orm import Session

from courses import store
from courses.certificate.drawing import drawn
from courses.certificate.issuer import Issuer
from courses.certificate.signing import signed
from courses.domain import ACCEPTED_EVIDENCE, CompletionKey, course_on
from courses.domain.certificates import ALPHABET, LENGTH, Certificate, Ending, Standing, day_of, valid_until
from courses.store import OnRecord
from courses.store import certificates as register
from courses.store.certificates import Issued, ToIssue
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import Progress, no_progress
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import store as people
from people.store import Some

_AT_ONCE = 500
_PRINTED = ("name", "course_title", "provider", "valid_until", "council")
LONGEST_REASON = 200


def new_number() -> str:
    """Sixteen letters of chance, 80 bits (promise S17): from a number nobody guesses another."""
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


def issue(session: Session, stamp: Stamp, issuer: Issuer, key: CompletionKey, today: date) -> Certificate:
    """The certificate of a completion: the one in force, or where there is none a new one.

    Raises NotFound where there is no such completion, DomainError where it does not count or its certificate was taken
    back: another is then issued by `correct`.
    """
    return issue_many(session, stamp, issuer, [key], today)[0]


def issue_many(
    session: Session,
    stamp: Stamp,
    issuer: Issuer,
    keys: Sequence[CompletionKey],
    today: date,
    progress: Progress = no_progress,
) -> list[Certificate]:
    """The certificates of these completions, in their order, as `issue` gives each. All of them, or none."""
    found: dict[CompletionKey, Certificate] = {}
    for at in range(0, len(keys), _AT_ONCE):
        part = [key for key in dict.fromkeys(keys[at : at + _AT_ONCE]) if key not in found]
        before = register.of_completions(session, part)
        found |= {key: _in_force(every[-1], today) for key, every in before.items()}
        made = _made(session, stamp, issuer, [key for key in part if key not in before], today)
        _write(session, stamp, [ToIssue(key.person_id, 1, one) for key, one in made.items()])
        found |= made
        progress("Certificates issued", min(at + _AT_ONCE, len(keys)), len(keys))
    return [found[key] for key in keys]


def correct(
    session: Session, stamp: Stamp, issuer: Issuer, number: str, reason: str, today: date
) -> Certificate:
    """Issue another certificate that says what the record says now; the one with this number gives way to it.

    One that was taken back stays so, and the new one stands beside it. Raises NotFound and DomainError as `issue` does,
    and where the new one would say the same under the same key.
    """
    before = _issued(session, number)
    _refuse_own(session, stamp, before.person_id)
    reason = _reason(reason)
    last = register.of_completion(session, before.key)[-1]
    if last.certificate.number != number:
        raise DomainError("Another certificate has taken the place of this one already.")
    after = _made(session, stamp, issuer, [before.key], today)[before.key]
    same = all(getattr(after, name) == getattr(before.certificate, name) for name in _PRINTED)
    if before.end is None and same and after.key_id == before.certificate.key_id:
        raise DomainError("Nothing is different. The certificate says what the record says.")
    _write(session, stamp, [ToIssue(before.person_id, before.version + 1, after)])
    if before.end is None:
        register.record_end(session, stamp, before, Ending.SUPERSEDED, reason, after.number)
        _note(session, stamp, "certificate.superseded", before)
    return after


def revoke(session: Session, stamp: Stamp, number: str, reason: str) -> None:
    """Take a certificate back: from now on the register says so (promise S17).

    Raises NotFound, and DomainError where it holds no more already or is the account's own.
    """
    before = _issued(session, number)
    _refuse_own(session, stamp, before.person_id)
    if before.end is not None:
        raise DomainError(f"This certificate ended on {long_date(day_of(before.end.ended_at))} already.")
    register.record_end(session, stamp, before, Ending.REVOKED, _reason(reason))
    _note(session, stamp, "certificate.revoked", before)


def to_issue(
    session: Session, course: str | None, first: date, last: date, today: date
) -> tuple[list[CompletionKey], list[CompletionKey]]:
    """The completions between two days that count: those with a certificate in force, and those that never had one."""
    keys = register.completed(session, course, first, last, today)
    before = register.of_completions(session, keys)
    have = [key for key in keys if key in before and before[key][-1].end is None]
    return have, [key for key in keys if key not in before]


def pdf_of(issuer: Issuer, certificate: Certificate) -> bytes:
    """The certificate as a signed PDF: the same bytes each time. Raises DomainError where its key is not here."""
    key = issuer.keys.find(certificate.key_id)
    if key is None:
        raise DomainError(
            f"The key that signed this certificate is not here (fingerprint {certificate.key_id[:16]}…). "
            "Put it back from a backup, or issue the certificate again with a correction."
        )
    return signed(drawn(certificate, issuer.look(certificate.layout)), key, certificate.issued_at)


def _issued(session: Session, number: str) -> Issued:
    found = register.find(session, number)
    if found is None:
        raise NotFound("There is no certificate with this number.")
    return found


def _in_force(last: Issued, today: date) -> Certificate:
    """The last certificate of a completion. Raises DomainError where it does not hold."""
    if last.end is not None:
        raise DomainError(
            f"The certificate of this completion was withdrawn on {long_date(day_of(last.end.ended_at))}. "
            "A correction issues another."
        )
    if last.standing(today) is Standing.REVOKED:
        raise DomainError("This completion no longer counts, so its certificate is not valid.")
    return last.certificate


def _made(
    session: Session, stamp: Stamp, issuer: Issuer, keys: Sequence[CompletionKey], today: date
) -> dict[CompletionKey, Certificate]:
    """What a certificate of each of these completions says as of now, each under a number of its own."""
    if not keys:
        return {}
    lines = store.course_lines(session)
    names = people.names(session, Some(sorted({key.person_id for key in keys})))
    signing, layout = issuer.keys.signing(stamp.at), issuer.layout()
    issuer.badge_keys.signing(stamp.at)  # the badge beside it is signed when somebody fetches it
    found = {}
    for key, completion in _completions(session, keys, today).items():
        course = course_on(lines, key.course, key.completed_on)
        _, _, first, last = names[key.person_id]
        found[key] = Certificate(
            number=new_number(),
            name=f"{first} {last}".strip(),
            course=key.course,
            course_title=course.title or key.course,
            provider=completion.provider or course.provider,
            completed_on=key.completed_on,
            valid_until=valid_until(course, key.completed_on),
            council=issuer.council,
            issued_at=stamp.at.replace(microsecond=0),
            key_id=signing.key_id,
            layout=layout,
        )
    return found


def _completions(
    session: Session, keys: Sequence[CompletionKey], today: date
) -> dict[CompletionKey, OnRecord]:
    """These completions as they stand. Raises NotFound where one does not, DomainError where one does not count."""
    together: dict[tuple[str, date], list[int]] = {}
    for key in keys:
        together.setdefault((key.course, key.completed_on), []).append(key.person_id)
    found = {
        one.key: one
        for (course, day), person_ids in together.items()
        for one in store.on_record(session, course, day, person_ids).values()
    }
    for key in keys:
        if key not in found:
            raise NotFound("There is no such completion on record.")
        one = found[key]
        if one.evidence not in ACCEPTED_EVIDENCE:
            raise DomainError(
                "The evidence of this completion does not count, so there is no certificate of it."
            )
        if one.revoked_on is not None and one.revoked_on <= today:
            raise DomainError(
                f"This completion no longer counts from {long_date(one.revoked_on)}, so there is no certificate of it."
            )
    return {key: found[key] for key in keys}


def _write(session: Session, stamp: Stamp, many: Sequence[ToIssue]) -> None:
    register.record_issued(session, stamp, many)
    known_as = people.names(session, Some(sorted({one.person_id for one in many}))) if many else {}
    for one in many:
        audit.record(
            session,
            stamp,
            "certificate.issued",
            f"person:{known_as[one.person_id][0]}",
            course=one.certificate.course,
            completed_on=one.certificate.completed_on.isoformat(),
            version=one.version,
        )


def _note(session: Session, stamp: Stamp, event: str, issued: Issued) -> None:
    """The trail names whose certificate it is and which; never its number, which opens it to whoever reads it."""
    public_id = people.names(session, Some([issued.person_id]))[issued.person_id][0]
    audit.record(
        session,
        stamp,
        event,
        f"person:{public_id}",
        course=issued.certificate.course,
        completed_on=issued.certificate.completed_on.isoformat(),
        version=issued.version,
    )


def _reason(reason: str) -> str:
    found = " ".join(reason.split())
    if not found:
        raise DomainError("Say why.")
    if len(found) > LONGEST_REASON:
        raise DomainError(f"The reason must be {LONGEST_REASON} characters or fewer.")
    return found


def _refuse_own(session: Session, stamp: Stamp, person_id: int) -> None:
    kind, _, public_id = stamp.actor.partition(":")
    if kind == "account" and store.person_of_account(session, public_id) == person_id:
        raise DomainError("Nobody changes their own record. Ask somebody else to do it.")
