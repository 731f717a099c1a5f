"""The rule book in its tables: read as domain lines, changed by retracting some and recording others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row, Select, func, insert, literal_column, null, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from compliance.domain.change import Line, RuleChange, book_of
from compliance.domain.requirement import (
    EVERYONE,
    AcceptedCourse,
    Basis,
    ReminderStep,
    ReminderTerms,
    Renewal,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
)
from compliance.models import (
    AcceptedCourseRow,
    ProgrammeNameRow,
    ReminderStepRow,
    ReminderTermsRow,
    RequirementLineRow,
    RequirementRow,
    RoleLinkRow,
    TargetRow,
)
from courses.domain import Course
from courses.models import CourseLineRow, CourseRow
from courses.store import course_ids
from foundation.facts import Fact, known, recorded, retract
from foundation.stamp import Stamp
from people.domain import RoleLine, RoleRule
from people.models import OrganisationRow, RoleLineRow, RoleRuleRow, UnitRow


@dataclass(frozen=True)
class _Shape:
    """How one kind of line is kept: its table, and which of its codes stand there as ids."""

    line: type[Any]
    model: type[Fact]
    requirement: str = ""
    """The field with the code of a requirement; `*`, which is every duty, has no id there."""
    course: str = ""
    """The field with the code of a course."""


_SHAPES = (
    _Shape(RoleLine, RoleLineRow),
    _Shape(RoleRule, RoleRuleRow),
    _Shape(Course, CourseLineRow, course="code"),
    _Shape(Requirement, RequirementLineRow, requirement="code"),
    _Shape(RoleLink, RoleLinkRow, requirement="requirement"),
    _Shape(AcceptedCourse, AcceptedCourseRow, requirement="requirement", course="course"),
    _Shape(Target, TargetRow, requirement="requirement"),
    _Shape(ReminderStep, ReminderStepRow, requirement="requirement"),
    _Shape(ReminderTerms, ReminderTermsRow),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule book, and the ids by which the tables know its requirements and courses."""

    book: RuleBook
    requirement_ids: Mapping[str, int]
    requirement_codes: Mapping[int, str]
    course_codes: Mapping[int, str]


_MODELS: tuple[type[Fact], ...] = (*(shape.model for shape in _SHAPES), ProgrammeNameRow)
_Version = Sequence[Row[*tuple[Any, ...]]]
_read: WeakKeyDictionary[Any, tuple[_Version, Rules]] = WeakKeyDictionary()
"""The rules last read from each database. They change a few times a year and are asked for at every request."""


def load_rules(session: Session, known_at: datetime | None = None) -> Rules:
    """The rules as the record stood at a moment; None: as it stands now, read again only when it changed."""
    if known_at is not None:
        return _whole(session, known_at)
    version, engine = _version(session), session.get_bind()
    found = _read.get(engine)
    if found is not None and found[0] == version:
        return found[1]
    rules = _whole(session, None)
    if not session.connection().get_execution_options().get("write"):
        # What SQLite's one writer reads may yet be rolled back, and its row numbers be given out again.
        _read[engine] = (version, rules)
    return rules


def load_rule_book(session: Session, known_at: datetime | None = None) -> RuleBook:
    """The rule book alone, for those who need no ids."""
    return load_rules(session, known_at).book


def _marks(number: int, model: Any) -> Select[*tuple[Any, ...]]:
    """What differs whenever a line was recorded or retracted, also by a transaction that was rolled back since.

    The moments are only compared, so they stay as the driver gives them.
    """
    table = model.__table__
    return select(
        literal_column(str(number)).label("number"),
        func.max(table.c.id),
        func.max(table.c.recorded_at, type_=NullType()),
        func.max(table.c.retracted_at, type_=NullType()),
        func.count(table.c.retracted_at),
    )


def _codes_marks(number: int, model: Any) -> Select[*tuple[Any, ...]]:
    """The same of a table of codes, which only grows."""
    table = model.__table__
    return select(literal_column(str(number)), func.max(table.c.id), null(), null(), func.count(table.c.id))


_VERSION = union_all(
    *(_marks(number, model) for number, model in enumerate(_MODELS)),
    *(_codes_marks(len(_MODELS) + number, model) for number, model in enumerate((RequirementRow, CourseRow))),
).order_by("number")
"""One pass over each table, however many marks are read of it."""


def _version(session: Session) -> _Version:
    return session.connection().execute(_VERSION).all()


def _whole(session: Session, known_at: datetime | None) -> Rules:
    ids, courses = requirement_ids(session), course_ids(session)
    return Rules(
        book=_whole_book(session, known_at),
        requirement_ids=ids,
        requirement_codes={requirement_id: code for code, requirement_id in ids.items()},
        course_codes={course_id: code for code, course_id in courses.items()},
    )


def _whole_book(session: Session, known_at: datetime | None) -> RuleBook:
    """One query a kind of line."""
    lines = (line for shape in _SHAPES for _, line in _recorded(session, shape, known_at))
    return book_of(lines, programme_name(session, known_at))


def programme_name(session: Session, known_at: datetime | None = None) -> str:
    """The name of the programme; empty when none was given."""
    query = select(ProgrammeNameRow.name).where(known(ProgrammeNameRow, known_at))
    return session.scalars(query.order_by(ProgrammeNameRow.id.desc()).limit(1)).first() or ""


def requirement_ids(session: Session) -> dict[str, int]:
    """The id of every requirement by its code."""
    return dict(session.execute(_REQUIREMENT_IDS).all())


_REQUIREMENT_IDS = select(RequirementRow.code, RequirementRow.id).order_by(RequirementRow.code)


def write_change(session: Session, stamp: Stamp, change: RuleChange) -> None:
    """Retract the lines that ended and record the new ones, with the courses and requirements they name."""
    reason = "rule book changed" if change.effective is None else f"rule book changed from {change.effective}"
    ended, new = set(change.ended), (*change.kept, *change.added)
    courses = _with_ids(session, CourseRow, course_ids(session), _codes(new, "course"))
    requirements = _with_ids(session, RequirementRow, requirement_ids(session), _codes(new, "requirement"))
    for shape in _SHAPES:
        if any(isinstance(line, shape.line) for line in ended):
            gone = [row_id for row_id, line in _recorded(session, shape) if line in ended]
            retract(session, shape.model, gone, stamp, reason)
        rows = [_columns(shape, line, courses, requirements) for line in new if isinstance(line, shape.line)]
        if rows:
            times = recorded(stamp)
            # Nulls are written out: rows that leave out different columns would be a statement each.
            statement = insert(shape.model).execution_options(render_nulls=True)
            session.execute(statement, [row | times for row in rows])
    if change.renames:
        query = select(ProgrammeNameRow.id).where(known(ProgrammeNameRow, None))
        retract(
            session, ProgrammeNameRow, session.scalars(query.order_by(ProgrammeNameRow.id)), stamp, reason
        )
        session.execute(insert(ProgrammeNameRow).values(name=change.name, **recorded(stamp)))


def places_not_found(session: Session, book: RuleBook) -> tuple[list[str], list[str]]:
    """Unit paths and organisations that the rule book names and nobody has; none while there are no units."""
    paths = set(session.scalars(select(UnitRow.path).distinct().order_by(UnitRow.path)))
    if not paths:
        return [], []
    organisations = set(session.scalars(select(OrganisationRow.name).order_by(OrganisationRow.name)))
    units = {rule.unit for rule in book.role_rules} | {target.unit for target in book.targets}
    units |= {unit for requirement in book.requirements for unit in requirement.units}
    named = {rule.organisation for rule in book.role_rules}
    return sorted(filter(None, units - paths)), sorted(filter(None, named - organisations))


def when_recorded(session: Session) -> dict[Line, tuple[datetime, str]]:
    """When each line of the rule book entered the record, and by whom."""
    found: dict[Line, tuple[datetime, str]] = {}
    for shape in _SHAPES:
        model: Any = shape.model
        query = select(model.id, model.recorded_at, model.recorded_by).where(known(shape.model, None))
        by_id = {row_id: (at, actor) for row_id, at, actor in session.execute(query.order_by(model.id))}
        found |= {line: by_id[row_id] for row_id, line in _recorded(session, shape)}
    return found


def _recorded(
    session: Session, shape: _Shape, known_at: datetime | None = None
) -> Iterator[tuple[int, Line]]:
    """The lines of one kind with the ids of their rows, in the order in which they were recorded."""
    model: Any = shape.model
    names = [name for name in _names(shape) if name not in (shape.requirement, shape.course)]
    query = select(model.id, *(getattr(model, name) for name in names)).where(known(shape.model, known_at))
    if shape.requirement:
        code = func.coalesce(RequirementRow.code, EVERYONE)
        query = query.add_columns(code).outerjoin(RequirementRow, RequirementRow.id == model.requirement_id)
        names.append(shape.requirement)
    if shape.course:
        query = query.add_columns(CourseRow.code).join(CourseRow, CourseRow.id == model.course_id)
        names.append(shape.course)
    for row_id, *values in session.execute(query.order_by(model.id)):
        yield (
            row_id,
            shape.line(**{name: _as_value(name, value) for name, value in zip(names, values, strict=True)}),
        )


def _columns(
    shape: _Shape, line: Line, courses: Mapping[str, int], requirements: Mapping[str, int]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _names(shape):
        value = getattr(line, name)
        if name == shape.requirement:
            found["requirement_id"] = None if value == EVERYONE else requirements[value]
        elif name == shape.course:
            found["course_id"] = courses[value]
        else:
            found[name] = _as_column(name, value)
    return found


def _names(shape: _Shape) -> list[str]:
    return [field.name for field in fields(shape.line)]


def _as_column(name: str, value: Any) -> Any:
    """A value of a line as its column keeps it; enum members as their plain keys."""
    if isinstance(value, Renewal):
        return {"basis": str(value.basis)} | {key: getattr(value, key) for key in _SETTINGS[value.basis]}
    if name == "prerequisites":
        return ";".join(value)
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value


def _as_value(name: str, value: Any) -> Any:
    if name == "renewal":
        return Renewal(**value)
    if name == "prerequisites":
        return tuple(value.split(";")) if value else ()
    return tuple(value) if isinstance(value, list) else value


_SETTINGS: dict[str, tuple[str, ...]] = {
    Basis.COMPLETION.value: (),
    Basis.ANNIVERSARY.value: ("window_days",),
    Basis.CALENDAR.value: ("month", "day", "minimum_months"),
}
"""The settings that belong to each renewal rule; the others are not kept."""


def _codes(lines: Iterable[Line], kind: str) -> set[str]:
    fields_of = {shape.line: getattr(shape, kind) for shape in _SHAPES}
    return {getattr(line, fields_of[type(line)]) for line in lines if fields_of[type(line)]} - {EVERYONE}


def _with_ids(
    session: Session, model: type[CourseRow] | type[RequirementRow], ids: dict[str, int], codes: set[str]
) -> dict[str, int]:
    """The ids by code, the codes that are new recorded first."""
    new = sorted(codes - ids.keys())
    if not new:
        return ids
    session.execute(insert(model), [{"code": code} for code in new])
    found = session.execute(select(model.code, model.id).where(model.code.in_(new)).order_by(model.code))
    return ids | {row.code: row.id for row in found}
