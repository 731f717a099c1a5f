"""What bookings ask of people and courses: names, posts and organisations on a day, the rule book on a course."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, Date, bindparam, select
from sqlalchemy.orm import Session

from courses.domain import Course
from courses.models import CourseLineRow, CourseRow
from foundation.facts import known
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow

CHUNK = 500


@dataclass(frozen=True, slots=True)
class BookedPerson:
    """Somebody as a list of bookings shows them."""

    id: int
    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    has_email: bool
    organisation: str = ""
    unit: str = ""
    job_title: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "Name not recorded"


_DAY: BindParameter[date] = bindparam("day", type_=Date)
_AMONG: BindParameter[int] = bindparam("person_ids", expanding=True)
_PEOPLE = (
    select(
        PersonRow.id,
        PersonRow.public_id,
        PersonRow.person_ref,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        PersonDetailRow.email,
    )
    .outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
    .where(PersonRow.id.in_(_AMONG))
    .order_by(PersonRow.id)
)
_POSTS = (
    select(
        PostSpellRow.person_id,
        OrganisationRow.name,
        UnitRow.path,
        PostSpellRow.job_title,
        UnitRow.organisation_id,
    )
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
    .where(PostSpellRow.person_id.in_(_AMONG), known(PostSpellRow, None))
    .order_by(PostSpellRow.person_id, PostSpellRow.last_day.desc(), PostSpellRow.post_ref, PostSpellRow.id)
)
_POSTS_ON = _POSTS.where(PostSpellRow.first_day <= _DAY, PostSpellRow.last_day >= _DAY)
_PUBLIC_ID = select(PersonRow.public_id).where(PersonRow.id == bindparam("person_id"))
_PUBLIC_IDS = select(PersonRow.id, PersonRow.public_id).where(PersonRow.id.in_(_AMONG))
_EMAIL = select(PersonDetailRow.email).where(
    PersonDetailRow.person_id == bindparam("person_id"), known(PersonDetailRow, None)
)
_BY_PUBLIC_ID = select(PersonRow.public_id, PersonRow.id).where(
    PersonRow.public_id.in_(bindparam("public_ids", expanding=True))
)
_BY_REF = select(PersonRow.person_ref, PersonRow.id).where(
    PersonRow.person_ref.in_(bindparam("refs", expanding=True))
)
_LINES = (
    select(
        CourseRow.code,
        CourseLineRow.title,
        CourseLineRow.provider,
        CourseLineRow.mode,
        CourseLineRow.duration_minutes,
        CourseLineRow.validity_months,
        CourseLineRow.prerequisites,
        CourseLineRow.url,
        CourseLineRow.counts_for_facilitators,
        CourseLineRow.first_day,
        CourseLineRow.last_day,
    )
    .join(CourseRow, CourseRow.id == CourseLineRow.course_id)
    .where(known(CourseLineRow, None), CourseRow.code.in_(bindparam("codes", expanding=True)))
    .order_by(CourseRow.code, CourseLineRow.first_day, CourseLineRow.id)
)


def course_lines(session: Session, codes: Iterable[str]) -> dict[str, tuple[Course, ...]]:
    """Everything that the rule book says of these courses, by code, in order of days."""
    found: dict[str, list[Course]] = defaultdict(list)
    for row in session.connection().execute(_LINES, {"codes": sorted(set(codes))}).mappings():
        before = tuple(row["prerequisites"].split(";")) if row["prerequisites"] else ()
        found[row["code"]].append(Course(**{**row, "prerequisites": before}))
    return {code: tuple(lines) for code, lines in found.items()}


def people_by_id(session: Session, person_ids: Iterable[int], day: date) -> dict[int, BookedPerson]:
    """These people with the post that they hold on a day, or held last."""
    found: dict[int, BookedPerson] = {}
    for some in _chunks(person_ids):
        posts: dict[int, tuple[str, str, str]] = {}
        # The posts of the day come first: the others stand in only where there is none.
        for query in (_POSTS_ON, _POSTS):
            for person_id, *post, _ in session.connection().execute(query, {"person_ids": some, "day": day}):
                posts.setdefault(person_id, (post[0], post[1], post[2] or ""))
        for person_id, public_id, ref, first, last, email in session.connection().execute(
            _PEOPLE, {"person_ids": some}
        ):
            where = posts.get(person_id, ("", "", ""))
            found[person_id] = BookedPerson(
                person_id, public_id, ref, first or "", last or "", bool(email), *where
            )
    return found


def working_on(session: Session, person_ids: Iterable[int], day: date) -> set[int]:
    """Who of these people holds a post on a day."""
    return set(organisations_on(session, person_ids, day))


def organisations_on(session: Session, person_ids: Iterable[int], day: date) -> dict[int, set[int]]:
    """The ids of the organisations in which each of these people holds a post on a day."""
    found: dict[int, set[int]] = defaultdict(set)
    for some in _chunks(person_ids):
        for row in session.connection().execute(_POSTS_ON, {"person_ids": some, "day": day}):
            found[row[0]].add(row[4])
    return found


def organisations_ever(session: Session, person_id: int) -> set[int]:
    """The ids of the organisations in which somebody holds or held a post."""
    return {row[4] for row in session.connection().execute(_POSTS, {"person_ids": [person_id]})}


def public_id_of(session: Session, person_id: int) -> str:
    """The random id under which pages and the audit trail know somebody."""
    return session.connection().execute(_PUBLIC_ID, {"person_id": person_id}).scalar_one()


def public_ids_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """The same of several people, by id."""
    return {
        person_id: public_id
        for some in _chunks(person_ids)
        for person_id, public_id in session.connection().execute(_PUBLIC_IDS, {"person_ids": some})
    }


def email_of(session: Session, person_id: int) -> str:
    """Somebody's e-mail address; empty where none is recorded."""
    return session.connection().execute(_EMAIL, {"person_id": person_id}).scalar() or ""


def ids_by_public_id(session: Session, public_ids: Iterable[str]) -> dict[str, int]:
    """The people whom a page names by their random ids."""
    wanted = sorted(set(public_ids))
    return dict(session.connection().execute(_BY_PUBLIC_ID, {"public_ids": wanted}).all())


def ids_by_ref(session: Session, refs: Iterable[str]) -> dict[str, int]:
    """The people with exactly these staff numbers."""
    return dict(session.connection().execute(_BY_REF, {"refs": sorted(set(refs))}).all())


def _chunks(person_ids: Iterable[int]) -> list[list[int]]:
    ids = sorted(set(person_ids))
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
