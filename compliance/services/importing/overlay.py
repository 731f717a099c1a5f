"""What a file would make of people, laid over what is on record: nothing is written and no lock is held.

The figures after a file are those before it, with the people whom it touches taken out as they stand and put in as they
would stand. A test holds them against the figures after the very file has been applied.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.figures import COUNT_NAMES, Counts, judge
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Status
from compliance.domain.target import target_for
from compliance.domain.timeline import Exemption, PersonFacts, Timelines
from compliance.models import ExemptionRow, RequirementRow
from compliance.services import figures
from compliance.services.figures import Question
from compliance.store.facts import exemptions_of, facts_of
from compliance.store.rules import load_rules
from courses import store as courses
from courses.domain import Completion
from foundation.facts import Progress, known
from people import store as people
from people.domain import Absence, Place, Spell
from people.imports.keyed import FactPlan
from people.imports.people import Prepared
from people.imports.posts import Duties, PostSpell
from people.models import AbsenceRow
from people.store import Some

Changed = Callable[[int, PersonFacts], PersonFacts]
"""What a file makes of the facts of one person."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """The people on record whom a file touches, what it makes of them, and the people who are new.

    `inside`: the organisations whose figures are asked for alone, a partner lead's.
    """

    person_ids: tuple[int, ...]
    changed: Changed
    new: tuple[PersonFacts, ...] = ()
    inside: frozenset[int] | None = None


NOBODY = Overlay((), lambda _person_id, before: before)
"""Of a file that is not about people."""


@dataclass(frozen=True, slots=True)
class FigureMove:
    """One requirement today, before a file and after it: compliant of counted."""

    requirement: str
    title: str
    before: Counts
    after: Counts
    target_hundredths: int | None

    def as_json(self) -> dict[str, Any]:
        """Whole numbers and words only; no person is in it."""
        after = judge(self.after, self.target_hundredths)
        before = judge(self.before, self.target_hundredths)
        return {
            "requirement": self.requirement,
            "title": self.title,
            "before": [self.before.in_date, self.before.counted],
            "after": [self.after.in_date, self.after.counted],
            "target": before.target if before else after.target if after else None,
            "met_before": before.met if before else None,
            "met_after": after.met if after else None,
        }


def moves(session: Session, day: date, overlay: Overlay, progress: Progress) -> list[FigureMove]:
    """Every figure of the whole, or of the organisations of the overlay, on a day, before and after."""
    rules = load_rules(session)
    book, question = rules.book, Question(organisation_ids=overlay.inside)
    before = {row.requirement: row for row in figures.figures(session, day, question).rows}
    change = _change(session, Timelines(book), day, overlay, progress)
    found = []
    for code in book.codes:
        row = before.get(code)
        was = row.counts if row else Counts()
        now = Counts(*(getattr(was, name) + change[code][at] for at, name in enumerate(COUNT_NAMES)))
        if not now.required and (row is None or overlay.inside is not None):
            continue
        found.append(FigureMove(code, _title(book, code, day), was, now, _target(book, code, day)))
    return found


def _title(book: RuleBook, code: str, day: date) -> str:
    line = book.requirement_on(code, day) or book.latest(code)
    return line.title if line else code


def _target(book: RuleBook, code: str, day: date) -> int | None:
    target = target_for(book.targets, code, day)
    return target.percent_hundredths if target else None


def _change(
    session: Session, timelines: Timelines, day: date, overlay: Overlay, progress: Progress
) -> dict[str, list[int]]:
    """By how much each count of each requirement changes, in the order of COUNT_NAMES."""
    change: dict[str, list[int]] = defaultdict(lambda: [0] * len(COUNT_NAMES))
    units = {one.id for one in people.units(session) if one.organisation_id in (overlay.inside or ())}

    def add(person: PersonFacts, times: int) -> None:
        for code, timeline in timelines.of(person).items():
            span = timeline.on(day)
            there = (one.unit_id in units for one in timeline.units if one.first_day <= day <= one.last_day)
            if overlay.inside is not None and not any(there):
                continue  # asked of them by a post elsewhere: it counts there (counting rule 8)
            if span is not None and span.status is not Status.NOT_REQUIRED:
                change[code][COUNT_NAMES.index(span.status.value)] += times
                change[code][-1] += times * span.covered

    total, done = len(overlay.person_ids) + len(overlay.new), 0
    for person_id, person in _facts(session, overlay.person_ids):
        add(person, -1)
        add(overlay.changed(person_id, person), 1)
        done += 1
        if done % 200 == 0:
            progress("Working out the figures", done, total)
    for person in overlay.new:
        add(person, 1)
        done += 1
        if done % 200 == 0:
            progress("Working out the figures", done, total)
    return change


def _facts(session: Session, person_ids: tuple[int, ...]) -> Iterator[tuple[int, PersonFacts]]:
    """Facts of people on record, also of those who hold no post."""
    where = people.places(session)
    for some in people.in_chunks(session, person_ids):
        found = dict(facts_of(session, some, where))
        lacking = [person_id for person_id in some.ids if person_id not in found]
        yield from found.items()
        if lacking:
            yield from _without_post(session, Some(lacking))


def _without_post(session: Session, some: Some) -> Iterator[tuple[int, PersonFacts]]:
    categories, absences = people.categories(session, some), people.absences(session, some)
    completions, exemptions = courses.completions(session, some), exemptions_of(session, some)
    grants = people.role_grants(session, some)
    for person_id in some.ids:
        yield (
            person_id,
            PersonFacts(
                category=categories.get(person_id, "employee"),
                absences=absences.get(person_id, ()),
                exemptions=exemptions.get(person_id, ()),
                completions=completions.get(person_id, ()),
                grants=grants.get(person_id, ()),
            ),
        )


# --- people


@dataclass
class _Places:
    """Places by name: those on record with the sectors that the file gives, and those that are new."""

    prepared: Prepared
    made: dict[tuple[str, str], Place] = field(default_factory=dict)

    def of(self, duties: Duties) -> Place:
        key = (duties.organisation, duties.unit)
        if key not in self.made:
            plan, recorded = self.prepared.plan, self.prepared.recorded
            known_as = recorded.organisations.get(duties.organisation)
            sector = plan.sectors.get(duties.organisation) or (known_as.sector if known_as else None)
            # A unit that is new has no number yet: one below nought is no other's.
            number = recorded.units.get(key, -1 - len(self.made))
            self.made[key] = Place(number, duties.unit, duties.organisation, sector or "other")
        return self.made[key]

    def spell(self, spell: PostSpell) -> Spell:
        roles = frozenset(spell.duties.roles.split(";")) if spell.duties.roles else frozenset()
        return Spell(spell.first_day, spell.last_day, self.of(spell.duties), spell.duties.job_title, roles)


def of_people(_session: Session, prepared: Prepared) -> Overlay:
    """What a people file makes of everybody whom it touches."""
    plan, recorded = prepared.plan, prepared.recorded
    places = _Places(prepared)
    gone = set(plan.spells_gone)
    posts: dict[str, list[PostSpell]] = defaultdict(list)
    for key, spells in recorded.posts.items():
        if key[0] in plan.touched:
            ids = recorded.spell_ids[key]
            posts[key[0]] += [
                spell for fact_id, spell in zip(ids, spells, strict=True) if fact_id not in gone
            ]
    for key, spell in plan.spells_new:
        posts[key[0]].append(spell)
    refs = {known_as.id: ref for ref, known_as in recorded.people.items() if ref in plan.touched}

    def held(ref: str) -> list[Spell]:
        return [places.spell(spell) for spell in sorted(posts[ref], key=lambda one: one.first_day)]

    def changed(person_id: int, person: PersonFacts) -> PersonFacts:
        ref = refs[person_id]
        said = plan.details.get(ref)
        category = said.category if said is not None and said.category else person.category
        return replace(person, spells=held(ref), category=category)

    new = tuple(
        PersonFacts(category=plan.details[ref].category or "employee", spells=held(ref))
        for ref in sorted(plan.new_people)
    )
    return Overlay(tuple(sorted(refs)), changed, new)


# --- facts of which a person has several


def of_absences(session: Session, plan: FactPlan) -> Overlay:
    """What a file of absences makes of people."""
    query = select(AbsenceRow.person_id, AbsenceRow.first_day, AbsenceRow.last_day, AbsenceRow.id).where(
        known(AbsenceRow, None)
    )
    kept = _kept(plan, session.execute(query.order_by(AbsenceRow.id)), lambda row: Absence(row[1], row[2]))
    for person_id, _, first_day, last_day in plan.new:
        kept[person_id].append(Absence(first_day, last_day))
    return Overlay(
        tuple(sorted(plan.touched)),
        lambda person_id, person: replace(
            person, absences=sorted(kept[person_id], key=lambda one: one.first_day)
        ),
    )


def of_completions(session: Session, plan: FactPlan) -> Overlay:
    """What a file of completions makes of people. A correction has the key of what it corrects."""
    codes = {course_id: code for code, course_id in courses.course_ids(session).items()}
    new: dict[int, dict[tuple[str, date], Completion]] = defaultdict(dict)
    for person_id, course_id, completed_on, _, _, _, evidence, revoked_on in plan.new:
        code = codes[course_id]
        new[person_id][code, completed_on] = Completion(code, completed_on, evidence, revoked_on)

    def changed(person_id: int, person: PersonFacts) -> PersonFacts:
        now = {(one.course, one.completed_on): one for one in person.completions} | new[person_id]
        return replace(
            person, completions=sorted(now.values(), key=lambda one: (one.completed_on, one.course))
        )

    return Overlay(tuple(sorted(plan.touched)), changed)


def of_exemptions(session: Session, plan: FactPlan) -> Overlay:
    """What a file of exemptions makes of people."""
    codes = dict(session.execute(select(RequirementRow.id, RequirementRow.code)).all())
    query = select(
        ExemptionRow.person_id,
        ExemptionRow.requirement_id,
        ExemptionRow.first_day,
        ExemptionRow.last_day,
        ExemptionRow.id,
    ).where(known(ExemptionRow, None))
    kept = _kept(
        plan,
        session.execute(query.order_by(ExemptionRow.id)),
        lambda row: Exemption(None if row[1] is None else codes[row[1]], row[2], row[3]),
    )
    for person_id, requirement_id, _, _, first_day, last_day in plan.new:
        code = None if requirement_id is None else codes[requirement_id]
        kept[person_id].append(Exemption(code, first_day, last_day))
    return Overlay(
        tuple(sorted(plan.touched)),
        lambda person_id, person: replace(
            person, exemptions=sorted(kept[person_id], key=lambda one: one.first_day)
        ),
    )


def _kept(plan: FactPlan, rows: Iterable[Any], make: Callable[[Any], Any]) -> dict[int, list[Any]]:
    """The facts of the people touched that stay. The last column of a row is the number of the fact."""
    gone = set(plan.gone)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row[0] in plan.touched and row[-1] not in gone:
            found[row[0]].append(make(row))
    return found
