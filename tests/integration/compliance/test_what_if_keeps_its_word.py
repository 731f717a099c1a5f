"""What a draft promises is what applying it does, person by person, on both databases.

Worlds as the oracle draws them, and changes of every kind that a form can make. `HYPOTHESIS_PROFILE=thorough` tries
more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, note
from hypothesis import strategies as st
from sqlalchemy import select

from compliance.domain.change import Line, change, key, lines_of
from compliance.domain.drafting import added, changed, ended
from compliance.domain.effect import Effect
from compliance.domain.requirement import (
    AcceptedCourse,
    ReminderStep,
    ReminderTerms,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
)
from compliance.services.programme import apply_book
from compliance.services.rule_drafts.drafting import canonical
from compliance.services.rule_drafts.outcome import Outcome, as_text, from_text
from compliance.services.what_if import Effects, what_if
from compliance.store.rules import load_rule_book
from courses.domain import Course
from foundation.db import transaction
from foundation.errors import DomainError
from people.domain import RoleLine, RoleRule
from people.models import PersonRow
from tests.integration.compliance.product import TODAY, Answer, Product, asking_everybody, read_files, sayable
from tests.oracle.files import write_files
from tests.oracle.strategies import interesting_days, worlds
from tests.oracle.world import RoleLink as OracleLink
from tests.oracle.world import World, described

WORLDS = worlds(completed_until=TODAY).map(sayable)
ORDER = ("programme", "people", "absences", "completions", "exemptions", "grants")
LOOKS = (0, 1, 91, 400)
"""So many days after the change counts, people are looked at."""
NEW_ROLES = ("*", "frontline", "panel")
UNHELD = "unheld"
"""A role that nobody has."""
Key = tuple[str, str]


@dataclass(frozen=True)
class Change:
    """One edit as a form makes it: `old` goes, `new` comes, or one takes the other's place."""

    old: Line | None = None
    new: Line | None = None

    def made(self, book: RuleBook, day: date) -> RuleBook:
        """The rule book with it; as it was where the rules refuse it."""
        try:
            if self.old is None or self.new is None:
                return canonical(added(book, self.new, day) if self.new else ended(book, self.old, day))  # type: ignore[arg-type]  # one of both is there
            return canonical(changed(book, self.old, self.new, day))
        except DomainError as refused:
            note(f"refused: {refused}")
            return book


def possible(book: RuleBook, day: date) -> list[list[Change]]:
    """What somebody could change about a rule book from a day on, by kind, so that every kind is as likely."""
    now = [line for line in lines_of(book) if line.last_day >= day]
    there = {key(line) for line in now}
    new: list[Line] = [
        *(RoleLink(code, role, days) for code in book.codes for role in NEW_ROLES for days in (30, 0)),
        *(AcceptedCourse(code, course) for code in book.codes for course in sorted(book.course_lines)),
        *(Target(code, 70_00) for code in book.codes),
        *(ReminderStep("before_60", "before", 60, requirement=code) for code in (*book.codes, "*")),
        ReminderTerms(7, 12),
        *(RoleRule(role, job_title) for role in NEW_ROLES[1:] for job_title in ("*officer*", "clerk", "*")),
    ]
    kinds = (
        RoleLink,
        RoleRule,
        AcceptedCourse,
        Course,
        Requirement,
        Target,
        RoleLine,
        ReminderStep,
        ReminderTerms,
    )
    found: list[list[Change]] = []
    for kind in kinds:
        found.append([Change(new=line) for line in new if isinstance(line, kind) and key(line) not in there])
        of_kind = [line for line in now if isinstance(line, kind)]
        found.append([Change(old=line) for line in of_kind])
        found.append([Change(old=line, new=other) for line in of_kind for other in otherwise(line)])
    return [changes for changes in found if changes]


def otherwise(line: Line) -> list[Line]:
    """The same line with other values."""
    months = (None, 1, 12, 24)
    match line:
        case RoleLink():
            return [replace(line, days=days) for days in (0, 1, 60, 200)]
        case Course():
            return [replace(line, validity_months=number) for number in months]
        case AcceptedCourse():
            terms = [replace(line, use=use) for use in ("any", "renewal")]
            terms += [replace(line, honoured_to=day) for day in (date(2024, 2, 29), date(2026, 5, 31))]
            return [*terms, *(replace(line, validity_months=number) for number in months)]
        case Target():
            return [replace(line, percent_hundredths=percent) for percent in (10_00, 55_50, 90_00)]
        case Requirement():
            lines = [replace(line, expiring_days=0), replace(line, return_due_days=90)]
            return [*lines, replace(line, rejoin_gap_days=5), replace(line, sectors=("school",))]
        case RoleRule():
            return [replace(line, job_title=pattern) for pattern in ("*officer*", "clerk", "*")]
        case ReminderStep():
            return [replace(line, days=days) for days in (1, 30, 365)]
        case ReminderTerms():
            return [replace(line, most_a_day=number) for number in (1, 5)]
        case _:
            return [replace(line, title="Another title")]


def working_days(world: World) -> list[date]:
    """Days on which something may change and somebody is in post; there is little to see on others."""
    days = sorted({*interesting_days(world), TODAY})
    busy = [day for day in days if any(s.first_day <= day <= (s.last_day or TODAY) for s in world.spells)]
    return busy or days


def asking_nobody(world: World) -> World:
    """The same world with requirements that have concerned nobody: for a role that nobody has."""
    links = (OracleLink(UNHELD),)
    lines = tuple(replace(line, roles=links, first_day=None, last_day=None) for line in world.requirements)
    return replace(world, roles=(*world.roles, UNHELD), requirements=lines)


def by_hand_alone(world: World) -> World:
    """The same world, where nobody has a role but by hand."""
    return replace(world, role_rules=(), spells=tuple(replace(spell, roles=()) for spell in world.spells))


def test_what_a_draft_promises_is_what_applying_it_does_person_by_person(
    product: Product, tmp_path: Path
) -> None:
    @product.examples(60, 10, thorough=1_000)
    @given(world=st.one_of(WORLDS, WORLDS, WORLDS.map(asking_everybody)), data=st.data())
    def keeps_its_word(world: World, data: st.DataObject) -> None:
        note(described(world))
        day, recorded = recorded_with(product, world, tmp_path / "files", data)
        wanted = edited(recorded, day, data, data.draw(st.integers(1, 3), label="edits"))
        is_kept(product, recorded, wanted, day)

    keeps_its_word()


def test_nobody_is_overlooked_whom_a_requirement_never_concerned_before(
    product: Product, tmp_path: Path
) -> None:
    """It is newly asked of a role, whose holders have it by their post, by a rule or by hand alone."""
    new = WORLDS.map(asking_nobody)

    @product.examples(40, 8, thorough=1_000)
    @given(world=st.one_of(new, new.map(by_hand_alone)), data=st.data())
    def overlooks_nobody(world: World, data: st.DataObject) -> None:
        note(described(world))
        day, recorded = recorded_with(product, world, tmp_path / "files", data)
        code, role = (data.draw(st.sampled_from(some)) for some in (recorded.codes, NEW_ROLES[1:]))
        asked = Change(new=RoleLink(code, role, data.draw(st.sampled_from((0, 30)))))
        wanted = edited(asked.made(recorded, day), day, data, data.draw(st.integers(0, 1), label="edits"))
        is_kept(product, recorded, wanted, day)

    overlooks_nobody()


def recorded_with(product: Product, world: World, folder: Path, data: st.DataObject) -> tuple[date, RuleBook]:
    """A service that knows a world: a day on which its rules may change, and its rule book."""
    product.reset()
    write_files(world, folder, lambda rows: rows)
    product.load_all(read_files(folder), ORDER)
    day = data.draw(st.sampled_from(working_days(world)), label="effective")
    return day, load_rule_book(product.session)


def edited(book: RuleBook, day: date, data: st.DataObject, edits: int) -> RuleBook:
    """A rule book after some edits of any kind."""
    for _ in range(edits):
        changes = data.draw(st.sampled_from(possible(book, day)), label="kind")
        book = data.draw(st.sampled_from(changes), label="change").made(book, day)
    return book


def is_kept(product: Product, recorded: RuleBook, wanted: RuleBook, day: date) -> None:
    """What a change promises on some days is what is there when it has been applied."""
    days = [day + timedelta(days=ahead) for ahead in LOOKS]
    found = change(recorded, wanted, day)
    promised = what_if(product.session, found, days)
    assert from_text(as_text(Outcome(promised, 0))).days == promised
    before = {on: standings(product, on) for on in days}
    with transaction(product.session) as session:
        apply_book(session, product.stamp(), wanted, day, found, "rule_draft.applied", "tests")
    assert product.differences() == []
    assert lines_of(load_rule_book(product.session)) == lines_of(found.after)
    refs = dict(product.session.execute(select(PersonRow.id, PersonRow.person_ref)).all())
    for on in days:
        was, now = before[on], standings(product, on)
        agrees(promised, on, was, now, refs)
        figures_are(product, promised[on], on)


def standings(product: Product, day: date) -> dict[Key, Answer]:
    """Where everybody stands, by requirement and person."""
    return {(row["requirement"], row["person_ref"]): row for row in product.people(day)}


def agrees(
    promised: Effects, day: date, was: dict[Key, Answer], now: dict[Key, Answer], refs: dict[int, str]
) -> None:
    """Who gains, loses, becomes overdue or up to date; nobody else's status moves."""
    told = {effect.requirement: effect for effect in promised[day]}
    for code in {code for code, _ in was.keys() | now.keys()} | set(told):
        old = {ref: row for (of, ref), row in was.items() if of == code}
        new = {ref: row for (of, ref), row in now.items() if of == code}
        if code not in told:
            assert {ref: row["status"] for ref, row in old.items()} == {
                ref: row["status"] for ref, row in new.items()
            }
            continue
        moves = {
            "gain": new.keys() - old.keys(),
            "lose": old.keys() - new.keys(),
            "become_overdue": overdue(new) - overdue(old),
            "become_compliant": (up_to_date(new) - up_to_date(old)) & old.keys(),
        }
        assert {move: names(told[code], move, refs) for move in moves} == {
            move: sorted(people) for move, people in moves.items()
        }


def figures_are(product: Product, promised: Sequence[Effect], day: date) -> None:
    """The figures are the promised ones, targets and colours included."""
    rows = {row["requirement"]: row for row in product.figures([day])[0]["rows"]}
    for effect in promised:
        row = rows.get(effect.requirement)
        if row is None:
            assert effect.after.required == 0
            continue
        assert (row["counted"], row["compliant"], row["percent"]) == (
            effect.after.counted,
            effect.after.in_date,
            effect.after.percent,
        )
        judged = effect.judged_after
        assert row["rag"] == (judged.rag.value if judged else None)
        assert row["people_to_target"] == (judged.people_to_target if judged else None)


def names(effect: Effect, move: str, refs: dict[int, str]) -> list[str]:
    return sorted(refs[person_id] for person_id in getattr(effect, move))


def overdue(rows: dict[str, Answer]) -> set[str]:
    done = ("compliant", "expiring")
    return {ref for ref, row in rows.items() if row["counted"] and row["status"] not in done}


def up_to_date(rows: dict[str, Answer]) -> set[str]:
    return {ref for ref, row in rows.items() if row["status"] in ("compliant", "expiring")}
