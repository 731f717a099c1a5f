"""Every fact about one person, recorded and retracted: what, when, by whom and why. For learning and auditors alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from compliance.models import ExemptionRow, RequirementRow
from courses.models import CompletionRow, CourseRow, EvidenceFileRow
from courses.wording import SOURCE_WORDS
from foundation.facts import Fact
from foundation.formats import long_date
from people.domain import AbsenceKind, Category
from people.imports.posts import Duties, PostSpell, days_in_words
from people.models import (
    AbsenceRow,
    AccountRow,
    DelegationRow,
    DetailRequestRow,
    ImportBatchRow,
    OrganisationRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    RoleGrantRow,
    UnitRow,
)
from people.services.details import Detail
from people.wording import ABSENCE_WORDS, CATEGORY_WORDS

Said = Callable[[Any, "Words"], str]


@dataclass(frozen=True, slots=True)
class Words:
    """How things are called, and how much of them this reader sees."""

    requirements: Mapping[str, str]
    courses: Mapping[str, str]
    roles: Mapping[str, str]
    evidence: Callable[[str, datetime], str]
    detail: Callable[[str], str]
    shown: Callable[[str], str]
    """A number or an e-mail address, masked where it is to be."""
    absence_kind: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to the record. `why` is empty for what was recorded."""

    at: datetime
    is_recorded: bool
    kind: str
    what: str
    by: str
    batch: str
    why: str
    stands: bool


def history_of(session: Session, person_id: int, words: Words) -> list[Entry]:
    """All of it, newest first. As many queries as there are kinds of fact, whatever their number."""
    connection = session.connection()
    found: list[tuple[Any, str, str]] = []
    for kind, statement, said in _KINDS:
        rows = connection.execute(statement, {"person_id": person_id})
        found.extend((row, kind, said(row, words)) for row in rows)
    actors = _actors(
        session, {by for row, _, _ in found for by in (row.recorded_by, row.retracted_by)}, words
    )
    batches = _batches(
        session, {no for row, _, _ in found for no in (row.recorded_batch_id, row.retracted_batch_id)}
    )
    entries = []
    for row, kind, what in found:
        stands = row.retracted_at is None
        by, batch = actors[row.recorded_by], batches.get(row.recorded_batch_id, "")
        entries.append(Entry(row.recorded_at, True, kind, what, by, batch, "", stands))
        if not stands:
            by, batch = actors[row.retracted_by], batches.get(row.retracted_batch_id, "")
            entries.append(
                Entry(row.retracted_at, False, kind, what, by, batch, row.retracted_reason or "", stands)
            )
    # What replaces something was recorded in the same moment, and comes above it.
    entries.sort(key=lambda entry: (entry.at, entry.is_recorded, entry.kind, entry.what), reverse=True)
    return entries


def _actors(session: Session, wanted: set[str | None], words: Words) -> dict[str | None, str]:
    """Who the actors of stamps are, in words."""
    ids = sorted(actor.removeprefix("account:") for actor in wanted if actor and actor.startswith("account:"))
    names = {
        f"account:{public_id}": f"{first or ''} {last or ''}".strip() or words.shown(email)
        for public_id, email, first, last in session.connection().execute(_ACTORS, {"ids": ids})
    }
    return {actor: names.get(actor or "") or _not_an_account(actor) for actor in wanted}


def _not_an_account(actor: str | None) -> str:
    if actor and actor.startswith("account:"):
        return "An account that is no more"
    return "A command on the server" if actor and actor.startswith("command:") else "The service"


def _batches(session: Session, wanted: set[int | None]) -> dict[int | None, str]:
    """The imports behind facts, in words: the kind of file, its name and the number of the batch."""
    ids = sorted(number for number in wanted if number is not None)
    return {
        number: f"{'Undoing of ' if undoes else ''}{_FILES.get(kind, 'File')} {name}, batch {number}"
        for number, kind, name, undoes in session.connection().execute(_BATCHES, {"ids": ids})
    }


_FILES = {
    "people": "HR file",
    "absences": "File of absences",
    "completions": "File of completions",
    "exemptions": "File of exemptions",
}


def _days(first_day: date, last_day: date) -> str:
    return days_in_words(first_day, last_day)


def _details(row: Any, words: Words) -> str:
    email = words.shown(row.email) if row.email else "no email address"
    return f"{row.first_name} {row.last_name}, {email}, {CATEGORY_WORDS[Category(row.category)].lower()}"


def _post(row: Any, words: Words) -> str:
    manager = words.shown(row.manager_ref) if row.manager_ref else ""
    duties = Duties(row.organisation, row.path, row.job_title, manager, row.roles)
    return f"{row.post_ref}: {PostSpell(row.first_day, row.last_day, duties)}"


def _absence(row: Any, words: Words) -> str:
    kind = ABSENCE_WORDS[AbsenceKind(row.kind)] if words.absence_kind else "Away from work"
    return f"{kind}, {_days(row.first_day, row.last_day)}"


def _grant(row: Any, words: Words) -> str:
    title = words.roles.get(row.role, row.role)
    return f"{title}, {_days(row.first_day, row.last_day)}, approved by {row.approved_by}"


def _exemption(row: Any, words: Words) -> str:
    title = words.requirements.get(row.code or "", row.code) or "Every requirement"
    return f"{title}, {_days(row.first_day, row.last_day)}, approved by {row.approved_by}"


def _completion(row: Any, words: Words) -> str:
    parts = [f"{words.courses.get(row.code, row.code)} on {long_date(row.completed_on)}", row.provider]
    evidence = words.evidence(row.evidence, row.recorded_at)
    parts.append(evidence[:1].lower() + evidence[1:])
    came = SOURCE_WORDS.get(row.source, "")
    parts.append(f"{came[:1].lower()}{came[1:]}" if came or not row.source else f"from {row.source}")
    parts += [f"revoked on {long_date(row.revoked_on)}"] if row.revoked_on else []
    return ", ".join(part for part in parts if part)


def _file(row: Any, words: Words) -> str:
    return f"A file for {words.courses.get(row.code, row.code)} on {long_date(row.completed_on)}"


def _request(row: Any, words: Words) -> str:
    should_be = words.shown(row.should_be) if row.detail == Detail.EMAIL else row.should_be
    return f"{words.detail(row.detail)} should be “{should_be}”"


def _delegation(row: Any, words: Words) -> str:
    return f"The team of {words.shown(row.manager)} looked after by {words.shown(row.delegate)}, " + _days(
        row.first_day, row.last_day
    )


_OF: BindParameter[int] = bindparam("person_id")


def _of(model: Any, *more: Any) -> Select[*tuple[Any, ...]]:
    """Every row of a kind of fact about one person, standing and retracted, with its bookkeeping."""
    stamps = [getattr(model, name) for name in Fact.__annotations__ if name != "id"]
    own = [column for column in model.__table__.columns if column.name not in _BOOKS]
    return select(*own, *stamps, *more).where(model.person_id == _OF).order_by(model.id)


_BOOKS = frozenset({*Fact.__annotations__, "person_id"})
_manager, _delegate = PersonRow.__table__.alias("manager"), PersonRow.__table__.alias("delegate")
_STAMPS = [getattr(DelegationRow, name) for name in Fact.__annotations__ if name != "id"]
_KINDS: Sequence[tuple[str, Select[*tuple[Any, ...]], Said]] = (
    ("Details", _of(PersonDetailRow), _details),
    (
        "Post",
        _of(PostSpellRow, OrganisationRow.name.label("organisation"), UnitRow.path)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id),
        _post,
    ),
    ("Absence", _of(AbsenceRow), _absence),
    ("Role by hand", _of(RoleGrantRow), _grant),
    (
        "Exemption",
        _of(ExemptionRow, RequirementRow.code).outerjoin(
            RequirementRow, RequirementRow.id == ExemptionRow.requirement_id
        ),
        _exemption,
    ),
    (
        "Completion",
        _of(CompletionRow, CourseRow.code).join(CourseRow, CourseRow.id == CompletionRow.course_id),
        _completion,
    ),
    (
        "Evidence",
        _of(EvidenceFileRow, CourseRow.code).join(CourseRow, CourseRow.id == EvidenceFileRow.course_id),
        _file,
    ),
    ("Request", _of(DetailRequestRow), _request),
    (
        "Team handed over",
        select(
            DelegationRow.first_day,
            DelegationRow.last_day,
            _manager.c.person_ref.label("manager"),
            _delegate.c.person_ref.label("delegate"),
            *_STAMPS,
        )
        .join(_manager, _manager.c.id == DelegationRow.manager_id)
        .join(_delegate, _delegate.c.id == DelegationRow.delegate_id)
        .where(or_(DelegationRow.manager_id == _OF, DelegationRow.delegate_id == _OF))
        .order_by(DelegationRow.id),
        _delegation,
    ),
)
_ACTORS = (
    select(AccountRow.public_id, AccountRow.email, PersonDetailRow.first_name, PersonDetailRow.last_name)
    .outerjoin(
        PersonDetailRow,
        (PersonDetailRow.person_id == AccountRow.person_id) & PersonDetailRow.retracted_at.is_(None),
    )
    .where(AccountRow.public_id.in_(bindparam("ids", expanding=True)))
    .order_by(AccountRow.id)
)
_BATCHES = (
    select(ImportBatchRow.id, ImportBatchRow.kind, ImportBatchRow.file_name, ImportBatchRow.undoes_id)
    .where(ImportBatchRow.id.in_(bindparam("ids", expanding=True)))
    .order_by(ImportBatchRow.id)
)
