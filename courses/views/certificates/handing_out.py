"""What the pages share that hand out certificates: the issuer, whose record it is, and files as downloads."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Response, current_app

from courses.certificate.badge import Addresses, badge
from courses.certificate.badge_keys import known_keys, signing_key
from courses.certificate.issuer import Issuer, issuer_of
from courses.certificate.tokens import Jwk
from courses.domain import ACCEPTED_EVIDENCE, CompletionKey, course_on
from courses.domain.certificates import Standing, valid_until
from courses.forms.sending import day_in_address
from courses.services import certificates as service
from courses.store import certificates as register
from courses.store import course_lines
from courses.store import passports as kept
from courses.store.certificates import Issued
from courses.views.evidence import INERT
from foundation import clock
from foundation.db import Session
from foundation.errors import NotFound
from people import auth
from people.domain import Permission
from people.services.record import details
from people.services.scope import Seen, view_of

PDF, BADGE = "pdf", "badge"
BADGE_TYPE: Final = "application/vc+jwt"


def own_issuer() -> Issuer:
    """The council as issuer of certificates, with its keys."""
    return issuer_of(current_app.config, current_app.instance_path)


def own_keys(issuer: Issuer) -> dict[str, Jwk]:
    """The public keys of this service's badges and passports, by id; none before the first certificate was issued."""
    return known_keys(issuer.badge_keys)


def download(content: bytes | str, kind: str, name: str) -> Response:
    """A file to be saved: nothing in it runs, even if a browser showed it."""
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = INERT
    answer.headers["Accept-Ranges"] = "none"
    return answer


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody else's record, and what the reader may do with its certificates (authorization matrix)."""

    person_id: int
    public_id: str
    name: str
    may_issue: bool
    may_revoke: bool


def whose(session: Session, public_id: str) -> Whose:
    """Whose record an address names. Learning and development and the coordinator see everybody's certificates, the
    lead of a partner those of its people; a manager sees none. Raises NotFound for whoever may not see them.
    """
    account = auth.reader()
    view = view_of(session, account, public_id, clock.today())
    if view is None:
        raise NotFound("There is no such person.")
    learning = Permission.LEARNING in account.permissions
    coordinator = Permission.COORDINATOR in account.permissions
    part = Seen.PART in view.seen
    if not (learning or coordinator or part):
        raise NotFound("There is no such person.")
    name = details(session, view.person_id).name or "Name not recorded"
    return Whose(view.person_id, public_id, name, learning or part, learning or coordinator)


def key_in_address(person_id: int, course: str, completed_on: str) -> CompletionKey:
    """The completion that an address names. Raises NotFound for what is no day."""
    day = day_in_address(completed_on)
    if day is None:
        raise NotFound("There is no such completion.")
    return CompletionKey(person_id, course, day)


@dataclass(frozen=True, slots=True)
class Line:
    """A completion that counts, or a certificate of one that did: what stands in the list, and the last certificate.

    `valid_until` is what the certificate says, or would say; `standing` None where none was issued yet.
    """

    key: CompletionKey
    title: str
    provider: str
    valid_until: date | None
    issued: Issued | None
    standing: Standing | None

    @property
    def holds(self) -> bool:
        """Whether there is a certificate to hand out: one that was taken back is not, one that expired is."""
        return self.standing in (Standing.CURRENT, Standing.EXPIRED)


def lines_of(session: Session, person_id: int, today: date) -> list[Line]:
    """Every completion of a person that has a certificate or may have one, the newest first; always three questions."""
    lines, found = course_lines(session), {}
    for one, provider in kept.completed_with_provider(session, person_id):
        if one.evidence in ACCEPTED_EVIDENCE and (one.revoked_on is None or today < one.revoked_on):
            key = CompletionKey(person_id, one.course, one.completed_on)
            course = course_on(lines, one.course, one.completed_on)
            last = valid_until(course, one.completed_on)
            title = course.title or one.course
            found[key] = Line(key, title, provider or course.provider, last, None, None)
    # Of one completion the last version comes first.
    for issued in reversed(register.of_person(session, person_id)):
        said = issued.certificate
        standing = issued.standing(today)
        found[issued.key] = Line(
            issued.key, said.course_title, said.provider, said.valid_until, issued, standing
        )
    return sorted(found.values(), key=lambda one: (one.key.completed_on, one.title), reverse=True)


def line_of(session: Session, key: CompletionKey, today: date) -> Line:
    """One of them. Raises NotFound where the completion has no certificate and may have none."""
    found = next((one for one in lines_of(session, key.person_id, today) if one.key == key), None)
    if found is None:
        raise NotFound("There is no such completion.")
    return found


def file_of(session: Session, line: Line, kind: str) -> Response:
    """The certificate as a PDF, or as a badge. Raises NotFound where none holds, or another kind is asked for."""
    if line.issued is None or not line.holds or kind not in (PDF, BADGE):
        raise NotFound("There is no such file.")
    issuer, said = own_issuer(), line.issued.certificate
    name = f"certificate-{said.completed_on.isoformat()}"
    if kind == PDF:
        return download(service.pdf_of(issuer, said), "application/pdf", f"{name}.pdf")
    _, key = signing_key(issuer.badge_keys, now := clock.now())
    email = details(session, line.key.person_id).email
    signed = badge(said, Addresses(issuer.base_url), email, key, now)
    return download(signed, BADGE_TYPE, f"{name}.jwt")
