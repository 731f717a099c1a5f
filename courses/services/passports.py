"""Training passports: issuing one's own, and accepting those of issuers whom we trust as verified prior learning."""

from dataclasses import replace
from datetime import date, datetime
from secrets import choice

from sqlalchemy.orm import Session

from courses import store
from courses.certificate.badge_keys import kept_key, signing_key
from courses.certificate.issuer import Issuer
from courses.certificate.passport import (
    as_json,
    has_email,
    mark_of_email,
    new_salt,
    read_passport,
    statement,
    token_in,
)
from courses.certificate.passport_page import drawn
from courses.certificate.signing import signed
from courses.certificate.tokens import UnknownKey
from courses.domain import CompletionKey, Evidence, Source, course_on, earliest_completion
from courses.domain.certificates import ALPHABET, LENGTH, day_of
from courses.domain.passports import RECORDED, Entry, Fate, Judged, Looked, Overrule, Passport, in_date
from courses.imports.known_courses import KnownCourses, load_courses
from courses.services.issuers import believed
from courses.store import passports as kept
from courses.store.passports import IssuedPassport
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import touch
from foundation.plain import plain
from foundation.stamp import Stamp
from people.services.record import details
from people.services.records.standing import ref_of

PROVED = "Proved by a training passport"
_OVERRULES = frozenset(one.value for one in Overrule)


def entries_of(session: Session, person_id: int, today: date) -> tuple[Entry, ...]:
    """What a passport that is issued to this person today would list."""
    return in_date(kept.completed_with_provider(session, person_id), store.course_lines(session), today)


def issue_passport(session: Session, stamp: Stamp, issuer: Issuer, person_id: int, today: date) -> Passport:
    """Issue a passport with all that is in date today. Raises DomainError where that is nothing."""
    entries = entries_of(session, person_id, today)
    if not entries:
        raise DomainError("No completed course is in date today, so there is nothing to put into a passport.")
    who = details(session, person_id)
    if not who.name:
        raise DomainError("The record has no name for this person. A passport without a name is nobody's.")
    number = "".join(choice(ALPHABET) for _ in range(LENGTH))
    salt = new_salt(number)
    passport = Passport(
        number=number,
        name=who.name,
        council=issuer.council,
        address=issuer.base_url,
        # Whole seconds: what is signed and what is kept are the same to the letter.
        issued_at=stamp.at.replace(microsecond=0),
        entries=entries,
        salt=salt,
        email_mark=mark_of_email(who.email, salt) if who.email else "",
    )
    key_id, _ = signing_key(issuer.badge_keys, stamp.at)
    kept.record_passport(session, stamp, person_id, key_id, passport)
    audit.record(session, stamp, "passport.issued", f"person:{who.public_id}", entries=len(entries))
    return passport


def token_of(issuer: Issuer, issued: IssuedPassport) -> str:
    """The signed statement of a passport that was issued here."""
    return statement(issued.passport, kept_key(issuer.badge_keys, issued.key_id))


def json_of(issuer: Issuer, issued: IssuedPassport) -> str:
    """The passport as a file for the next employer's service."""
    return as_json(token_of(issuer, issued))


def pdf_of(issuer: Issuer, issued: IssuedPassport, at: datetime) -> bytes:
    """The passport as a signed PDF, with the statement inside. Signed anew each time: it says the same."""
    page = drawn(issued.passport, issuer.look(issuer.layout()), token_of(issuer, issued))
    return signed(page, issuer.keys.signing(at), issued.passport.issued_at)


def find_own(session: Session, person_id: int, number: str) -> IssuedPassport:
    """The passport of this person with a number. Raises NotFound for anybody else's and for none."""
    found = kept.find_passport(session, number)
    if found is None or found.person_id != person_id:
        raise NotFound("There is no such passport.")
    return found


# --- accepting


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same to whoever knows how differently names are typed: accents, hyphens, order.

    >>> same_name("Siân Fernwood-Hall", "FERNWOOD HALL, Sian"), same_name("Sian Fernwood", "Sian Fern")
    (True, False)
    """
    return _words(one) == _words(other) != []


def _words(name: str) -> list[str]:
    return sorted(plain(name.replace(",", " ").replace("-", " ").replace(".", " ")).split())


def look_at(session: Session, content: bytes, person_id: int, today: date, *, is_own: bool = False) -> Looked:
    """Look at the file of a passport for one person: whose it is, whether it is believed, what would be recorded.

    `is_own`: they upload it themselves. Two people may have one name; so unless the e-mail address is theirs as well,
    somebody else checks what is recorded. Raises DomainError with the reason where it is not a genuine passport of an
    issuer who is trusted.
    """
    issuers = {one.key_id: one for one in kept.trusted_issuers(session)}
    try:
        passport, found = read_passport(token_in(content), believed(list(issuers.values())))
    except UnknownKey as unknown:
        raise DomainError(
            "This passport comes from an issuer whom this service does not trust, so nothing in it was believed. "
            "Learning and development can trust an issuer once they have its file and have compared its fingerprint."
        ) from unknown
    if day_of(passport.issued_at) > today:
        raise DomainError(
            "This passport says that it was issued on a day still to come, so nothing in it was believed. "
            "Ask the issuer for a new passport."
        )
    who = details(session, person_id)
    is_theirs = has_email(passport, who.email)
    differs, needs_check = not same_name(passport.name, who.name) and not is_theirs, is_own and not is_theirs
    courses = load_courses(session)
    lines = store.course_lines(session)
    gone = kept.taken_back(session, person_id)
    judged: list[Judged] = []
    for entry in passport.entries:
        one = _judged(session, entry, person_id, courses, gone, today)
        if needs_check and one.fate is Fate.PROVED:
            one = replace(one, fate=Fate.WAITS)
        if one.fate in RECORDED and any(_same(one, before) for before in judged):
            one = replace(one, fate=Fate.KNOWN)
        title = course_on(lines, one.course, entry.completed_on).title if one.course else ""
        judged.append(replace(one, title=title))
    # An issuer speaks for itself under the name by which we know it, not under any that it puts into a passport.
    issuer = issuers[found.key_id].name
    return Looked(passport, issuer, found.key_id, differs, tuple(judged), needs_check)


def _same(one: Judged, before: Judged) -> bool:
    """Whether two entries are the same completion to us: another service may keep apart what we call by one code."""
    return (one.course, one.entry.completed_on) == (before.course, before.entry.completed_on)


def _judged(
    session: Session,
    entry: Entry,
    person_id: int,
    courses: KnownCourses,
    gone: set[tuple[str, date]],
    today: date,
) -> Judged:
    course_id = courses.named(entry.course, or_title=False)
    if course_id is None and entry.title:
        course_id = courses.named(entry.title, or_title=True)
    if course_id is None:
        return Judged(entry, Fate.UNKNOWN_COURSE)
    code = courses.codes[course_id]
    if not earliest_completion(today) <= entry.completed_on <= today:
        return Judged(entry, Fate.NOT_POSSIBLE, code)
    before = kept.stands(session, CompletionKey(person_id, code, entry.completed_on))
    if before is None:
        return Judged(entry, Fate.TAKEN_BACK if (code, entry.completed_on) in gone else Fate.NEW, code)
    if before.evidence == Evidence.REJECTED:
        return Judged(entry, Fate.NOT_ACCEPTED, code)
    return Judged(entry, Fate.PROVED if before.evidence == Evidence.AWAITING else Fate.KNOWN, code)


def accept_passport(
    session: Session,
    stamp: Stamp,
    content: bytes,
    person_id: int,
    today: date,
    *,
    reason: str = "",
    may_overrule: bool = False,
) -> Looked:
    """Record what a passport proves for one person; gives what was looked at.

    Each completion is verified, unless the person uploads it and only the name is theirs: then it waits for a check.

    Sent again it records nothing more: a completion is known by person, course and day. A passport that names somebody
    else is accepted by learning and development alone (`may_overrule`), only for a `reason` (an `Overrule`), which the
    audit trail keeps, and never for themselves; one that was accepted for somebody else already is accepted by nobody.
    Raises DomainError.
    """
    own = is_own(session, stamp.actor, person_id)
    looked = look_at(session, content, person_id, today, is_own=own)
    refuse_others(session, looked, person_id)
    if looked.name_differs and (own or not may_overrule):
        raise DomainError(
            "The name in this passport is not the one on your record, so it was not accepted. "
            "If your name has changed, ask your training team to accept it for you."
        )
    if looked.name_differs and reason not in _OVERRULES:
        raise DomainError("Select why a passport with another name is this person's.")
    for one in looked.to_record:
        _record(session, stamp, one, looked, person_id)
    if looked.to_record:
        touch(session, [person_id])
        audit.record(
            session,
            stamp,
            "passport.accepted",
            f"person:{ref_of(session, person_id)[0]}",
            key=looked.key_id,
            completions=[f"{one.course} {one.entry.completed_on.isoformat()}" for one in looked.to_record],
            **({"name_differs": True, "reason": reason} if looked.name_differs else {}),
            **({"needs_check": True} if looked.needs_check else {}),
        )
    return looked


def is_own(session: Session, actor: str, person_id: int) -> bool:
    """Whether whoever acts is this very person (authorization rule 1: nobody decides about themselves)."""
    kind, _, public_id = actor.partition(":")
    return kind == "account" and store.person_of_account(session, public_id) == person_id


def refuse_others(session: Session, looked: Looked, person_id: int) -> None:
    """Raise DomainError where this very passport was accepted for somebody else: one of the two is not its owner."""
    if set(kept.holders_of(session, looked.passport.number)) - {person_id}:
        raise DomainError(
            "This passport was accepted for somebody else already, so it was not accepted again. "
            "If that was wrong, learning and development withdraw it there first."
        )


def _record(session: Session, stamp: Stamp, one: Judged, looked: Looked, person_id: int) -> None:
    key = CompletionKey(person_id, one.course, one.entry.completed_on)
    before = store.on_record(session, key.course, key.completed_on, [person_id]).get(person_id)
    if before is not None:
        store.retract_completion(session, stamp, before, PROVED)
    store.record_completion(
        session,
        stamp,
        key,
        Evidence.AWAITING if looked.needs_check else Evidence.VERIFIED,
        provider=(one.entry.provider or looked.issuer)[:200],
        reference=looked.passport.number,
        source=Source.PASSPORT.value,
    )


def issued_for(session: Session, person_id: int) -> list[IssuedPassport]:
    """The passports that were issued to somebody, the newest first."""
    return kept.passports_of(session, person_id)
