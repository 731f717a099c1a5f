"""The plan, day after day with a ledger that grows, against a slow reading of docs/reminders.md (tests/oracle)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given

from compliance.domain.requirement import EVERYONE, ReminderStep, ReminderTerms
from compliance.domain.spans import Timeline
from foundation.registry import modules
from reminders import steps as step_modules
from reminders.domain.due import Due, Item, Outcome, Plan, Reachable, Reason, Steps, Told, due_of, position_of
from reminders.domain.planning import Circumstances, plan
from reminders.domain.still import why_no_longer
from reminders.domain.workdays import working_days
from tests.oracle.profiles import examples
from tests.oracle.reminders import Line, Office, Person, Said
from tests.unit.reminders.histories import ANNA, BEN, HEDA, MAX, MAY, History, Known, histories, timelines

STEP_FILES: Steps = {module.KIND: module for module in modules(step_modules)}
Key = tuple[int, str, str, str, int]
Spans = Mapping[int, Mapping[str, Timeline]]


class Service:
    """The product: what is known goes through `plan`, and what it says into a ledger."""

    def __init__(self) -> None:
        self.rows: dict[tuple[Key, str], Told] = {}
        self.planned_until: date | None = None

    def work(self, history: History, known: Known, spans: Spans, day: date) -> Plan:
        found = plan(
            Circumstances(
                day,
                known.steps,
                ReminderTerms(most_a_day=history.most, digest_weekday=history.weekday),
                STEP_FILES,
                working_days(history.holidays),
                self.planned_until,
            ),
            dues_on(known, spans, day),
            self.rows.values(),
            {
                one: Reachable(
                    one, f"{one}@council.example" if one in known.emails else "", one in known.weekly
                )
                for one in (ANNA, BEN, MAY, MAX, HEDA)
            },
            cycles={
                (person, code): {position_of(span)[1] for span in timeline.spans}
                for person, own in spans.items()
                for code, timeline in own.items()
            },
        )
        if working_days(history.holidays)(day):
            self.planned_until = day
        self._write(found.superseded, Outcome.SUPERSEDED, day)
        self._write((item for message in found.messages for item in message.items), Outcome.PLANNED, day)
        return found

    def _write(self, items: Iterable[Item], outcome: Outcome, day: date) -> None:
        for item in items:
            key = key_of(item)
            before = self.rows.get((key, item.channel))
            if before is not None and outcome is Outcome.PLANNED:
                assert before.outcome is not Outcome.PLANNED, "told of the same again"
            if before is None or before.outcome is Outcome.CANCELLED or outcome is Outcome.PLANNED:
                self.rows[key, item.channel] = Told(*key, item.channel, outcome, day, item.triggered_on)

    def look_again(self, found: Plan, dues: Sequence[Due], day: date) -> set[Key]:
        """What no longer applies when it is about to leave is cancelled."""
        by_duty = {(due.person_id, due.requirement): due for due in dues}
        gone = set()
        for message in found.messages:
            for item in message.items:
                due = by_duty.get((item.person_id, item.requirement))
                if why_no_longer(due, item.cycle, item.deadline, item.recipient_id, day, day):
                    row = self.rows[key_of(item), item.channel]
                    self.rows[key_of(item), item.channel] = replace(row, outcome=Outcome.CANCELLED)
                    gone.add(key_of(item))
        return gone


def key_of(item: Item) -> Key:
    return item.person_id, item.requirement, item.cycle, item.step.code, item.recipient_id


def spans_of(history: History, known: Known) -> Spans:
    made = timelines(history)
    return {person: made.of(facts) for person, facts in known.facts.items()}


def dues_on(known: Known, spans: Spans, day: date) -> list[Due]:
    return [
        due_of(person, code, span, *above(known, person))
        for person, own in spans.items()
        for code, timeline in own.items()
        if (span := timeline.on(day)) is not None
    ]


def above(known: Known, person: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Managers and heads; Heda is the manager of both managers, and nobody is their own."""
    managers = tuple(one for one in known.managers[person] if one != person)
    heads = {HEDA for one in managers if one in (MAY, MAX)}
    heads |= {head for one in managers if one in known.managers for head in known.managers[one]}
    return managers, tuple(sorted(heads - {person}))


def people_of(known: Known, spans: Spans) -> dict[int, Person]:
    return {person: Person(person, own, *above(known, person)) for person, own in spans.items()}


def lines_of(steps: Sequence[ReminderStep]) -> list[Line]:
    """The steps that hold for the requirement: its own come before those for all."""
    own = {step.code for step in steps if step.requirement != EVERYONE}
    held = [step for step in steps if step.requirement != EVERYONE or step.code not in own]
    return [Line(step.code, step.kind, step.days, step.to) for step in held]


def said_key(one: Said) -> tuple[int, str, str, str, int, str]:
    kind, *what = one.matter
    cycle = ":".join((kind, *what)) if kind == "proof" else ":back:".join((f"run:{what[0]}", *what[1:]))
    return one.about, one.duty, cycle, one.step, one.to, one.by


@given(histories())
@examples(250, 4_000)
def test_each_day_the_same_people_are_told_the_same_as_by_the_slow_reading(history: History) -> None:
    service, office = Service(), Office()
    known_spans = {id(known): spans_of(history, known) for _, known in history.known}
    working = working_days(history.holidays)
    for day in history.days:
        known = history.on(day)
        spans = known_spans[id(known)]
        found = service.work(history, known, spans, day)
        office.emails = {one: one in known.emails for one in (ANNA, BEN, MAY, MAX, HEDA)}
        office.weekly = set(known.weekly)
        said = office.work(
            day,
            people_of(known, spans).values(),
            {"R": lines_of(known.steps)},
            working,
            history.weekday,
            history.most,
        )
        items = {
            (*key_of(item), message.channel.value) for message in found.messages for item in message.items
        }
        assert items == {said_key(one) for one in said}, day
        assert_every_duty_is_accounted_for(found, dues_on(known, spans, day))
        if day in history.late:
            then = next(later for since, later in history.known if since > day)
            after = known_spans[id(then)]
            gone = service.look_again(found, dues_on(then, after, day), day)
            taken = office.take_back(day, people_of(then, after), said)
            assert gone == {said_key(one)[:5] for one in taken}


def assert_every_duty_is_accounted_for(found: Plan, dues: Sequence[Due]) -> None:
    """Nobody is forgotten: of each duty of each person something is said, or why nothing is."""
    written = {(item.person_id, item.requirement) for message in found.messages for item in message.items}
    why_not = {(one.person_id, one.requirement) for one in found.not_written}
    assert {(due.person_id, due.requirement) for due in dues} == written | why_not
    assert all(one.reason is not Reason.CAP or one.recipient_id for one in found.not_written)
