"""The rules of the plan one by one (docs/reminders.md), on one duty of one person."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from compliance.domain.requirement import ReminderStep, ReminderTerms
from compliance.domain.spans import Span, Status
from foundation.registry import modules
from reminders import steps as step_modules
from reminders.domain.due import (
    Channel,
    Digest,
    Due,
    Item,
    Outcome,
    Plan,
    Reachable,
    Reason,
    Told,
    due_of,
)
from reminders.domain.planning import Circumstances, plan
from reminders.domain.still import why_no_longer
from reminders.domain.why import why
from reminders.domain.workdays import working_days

FILES = {module.KIND: module for module in modules(step_modules)}
MONDAY = date(2026, 11, 23)
EVERY_DAY = working_days(())
ANNA, MAY, HEDA = 1, 11, 21
RUN = "run:2026-10-01"
BEFORE = tuple(ReminderStep(f"before_{days}", "before", days) for days in (60, 30, 7, 0))
OVERDUE = tuple(ReminderStep(f"overdue_{days}", "overdue", days) for days in (1, 14, 30))
STEPS = (
    ReminderStep("welcome", "welcome", 0),
    *BEFORE,
    *OVERDUE,
    ReminderStep("manager_1", "overdue", 1, "manager"),
    ReminderStep("head_30", "overdue", 30, "head_of_service"),
)


def due(days: int, status: Status | None = None, **more: object) -> Due:
    """Somebody whose last day in time is so many days ahead of Monday."""
    last_day = MONDAY + timedelta(days=days)
    now = status or (Status.NOT_YET_DUE if days >= 0 else Status.OUTSTANDING)
    return replace(Due(ANNA, "R", now, last_day, RUN, date(2026, 10, 1), (MAY,), (HEDA,)), **more)  # type: ignore[arg-type]  # tests know the fields


@dataclass
class Desk:
    """Plans days, and keeps the ledger."""

    steps: Sequence[ReminderStep] = STEPS
    terms: ReminderTerms = field(default_factory=ReminderTerms)
    without_email: frozenset[int] = frozenset()
    weekly: frozenset[int] = frozenset()
    planned_until: date | None = None
    told: list[Told] = field(default_factory=list)
    cycles: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    had: dict[int, set[Digest]] = field(default_factory=dict)

    def plan(self, *dues: Due, day: date = MONDAY) -> Plan:
        people = {one for due in dues for one in (due.person_id, *due.managers, *due.heads)}
        return plan(
            Circumstances(day, self.steps, self.terms, FILES, EVERY_DAY, self.planned_until),
            dues,
            self.told,
            {
                one: Reachable(
                    one, "" if one in self.without_email else f"{one}@x.example", one in self.weekly
                )
                for one in people
            },
            cycles=self.cycles,
            had=self.had,
        )

    def tell(self, *dues: Due, day: date = MONDAY) -> list[tuple[str, int]]:
        """Plan and write down; the steps told, with the recipients."""
        found = self.plan(*dues, day=day)
        items = [item for message in found.messages for item in message.items]
        self.told += [row(item, Outcome.SUPERSEDED, day) for item in found.superseded]
        self.told += [row(item, Outcome.PLANNED, day) for item in items]
        return sorted((item.step.code, item.recipient_id) for item in items)


def row(item: Item, outcome: Outcome, day: date) -> Told:
    key = item.person_id, item.requirement, item.cycle, item.step.code, item.recipient_id, item.channel
    return Told(*key, outcome, day, item.triggered_on)


def earlier(step: str, days_ago: int, cycle: str = RUN, outcome: Outcome = Outcome.PLANNED) -> Told:
    on = MONDAY - timedelta(days=days_ago)
    return Told(ANNA, "R", cycle, step, ANNA, Channel.EMAIL, outcome, on, on)


def reasons(found: Plan) -> set[tuple[Reason, int | None]]:
    return {(one.reason, one.recipient_id) for one in found.not_written}


def test_of_the_steps_that_were_missed_the_most_urgent_is_told_and_the_others_are_superseded() -> None:
    found = Desk().plan(due(-40))
    told = {(item.step.code, item.recipient_id) for message in found.messages for item in message.items}
    assert told == {("overdue_30", ANNA), ("manager_1", MAY), ("head_30", HEDA)}
    assert {item.step.code for item in found.superseded} == {
        *("welcome", "before_60", "before_30", "before_7", "before_0", "overdue_1", "overdue_14")
    }


def test_nobody_is_told_twice_of_a_step_or_of_one_that_came_before_it() -> None:
    desk = Desk()
    assert desk.tell(due(20)) == [("before_30", ANNA)]
    assert desk.tell(due(20), day=MONDAY + timedelta(days=1)) == []
    assert desk.tell(due(20), day=MONDAY + timedelta(days=15)) == [("before_7", ANNA)]
    assert reasons(desk.plan(due(20), day=MONDAY + timedelta(days=16))) == {(Reason.TOLD_ALREADY, ANNA)}


@pytest.mark.parametrize(
    "edited",
    [
        (ReminderStep("before_30", "before", 21), *OVERDUE),
        (ReminderStep("earlier", "before", 45), *BEFORE, *OVERDUE),
        (ReminderStep("other_name", "before", 30), *OVERDUE),
        (ReminderStep("before_30", "before", 22, requirement="R"), *BEFORE),
        (),
    ],
    ids=[
        "other days",
        "a step of days that are over",
        "another code",
        "a step of the duty's own",
        "no steps",
    ],
)
def test_an_edit_of_the_steps_tells_nobody_again(edited: tuple[ReminderStep, ...]) -> None:
    desk = Desk(told=[earlier("before_30", 10)])
    desk.steps = edited
    assert desk.tell(due(20)) == []


def test_a_new_step_whose_day_is_later_than_what_was_told_is_told() -> None:
    desk = Desk(told=[earlier("before_30", 10)], steps=(*STEPS, ReminderStep("new", "before", 21)))
    assert desk.tell(due(20)) == [("new", ANNA)]


def test_a_step_of_the_duty_s_own_takes_the_place_of_that_for_all() -> None:
    own = ReminderStep("before_30", "before", 45, requirement="R")
    assert Desk(steps=(*BEFORE, own)).tell(due(40)) == [("before_30", ANNA)]
    assert Desk(steps=(*BEFORE, replace(own, requirement="OTHER"))).tell(due(40)) == [("before_60", ANNA)]


def test_a_step_speaks_on_the_days_of_its_line_alone() -> None:
    ended = replace(BEFORE[1], last_day=MONDAY - timedelta(days=1))
    assert Desk(steps=(ended,)).tell(due(20)) == []
    assert Desk(steps=(replace(ended, last_day=MONDAY),)).tell(due(20)) == [("before_30", ANNA)]


def test_what_was_cancelled_was_never_told_and_what_it_superseded_is_not_lost() -> None:
    cancelled = [
        earlier("before_30", 10, outcome=Outcome.CANCELLED),
        earlier("before_60", 10, outcome=Outcome.SUPERSEDED),
    ]
    assert Desk(told=[*cancelled]).tell(due(20)) == [("before_30", ANNA)]
    only_the_first_step = tuple(step for step in STEPS if step.code != "before_30")
    assert Desk(told=cancelled, steps=only_the_first_step).tell(due(20)) == [("before_60", ANNA)]


def test_reminders_go_on_where_they_were_when_a_completion_is_retracted() -> None:
    desk = Desk()
    assert desk.tell(due(20)) == [("before_30", ANNA)]
    done = due(400, Status.COMPLIANT, cycle="proof:C:2026-11-24")
    assert desk.tell(done, day=MONDAY + timedelta(days=2)) == []
    assert desk.tell(due(20), day=MONDAY + timedelta(days=3)) == []
    assert desk.tell(due(20), day=MONDAY + timedelta(days=14)) == [("before_7", ANNA)]


def test_a_corrected_run_tells_nobody_again() -> None:
    desk = Desk(told=[earlier("welcome", 30, "run:2026-09-24"), earlier("before_30", 3, "run:2026-09-24")])
    desk.cycles = {(ANNA, "R"): {RUN}}
    assert desk.tell(due(25)) == []
    assert desk.tell(due(25), day=MONDAY + timedelta(days=18)) == [("before_7", ANNA)]


def test_what_was_told_in_a_run_that_is_still_there_counts_for_that_run_alone() -> None:
    desk = Desk(told=[earlier("before_30", 3, "run:2025-01-01")])
    desk.cycles = {(ANNA, "R"): {RUN, "run:2025-01-01"}}
    assert desk.tell(due(25)) == [("before_30", ANNA)]


def test_what_a_correction_left_behind_long_ago_keeps_nobody_from_being_told_years_later() -> None:
    """Late evidence covers the whole run of two years ago: what was told of it then says nothing of this renewal."""
    desk = Desk(
        told=[earlier("before_30", 500, "run:2025-01-01"), earlier("overdue_1", 460, "run:2025-01-01")]
    )
    renewal = due(25, Status.EXPIRING, cycle="proof:C:2025-01-10")
    desk.cycles = {(ANNA, "R"): {"proof:C:2025-01-10"}}
    assert desk.tell(renewal) == [("before_30", ANNA)]


def test_who_comes_back_from_an_absence_is_told_of_the_new_last_day() -> None:
    days = date(2026, 11, 20), date(2026, 12, 19)
    span = Span(*days, Status.NOT_YET_DUE, days[1], False, None, None, None, date(2026, 1, 5), "*", days[0])
    desk = Desk(told=[earlier("overdue_30", 200, "run:2026-01-05")])
    desk.cycles = {(ANNA, "R"): {"run:2026-01-05", "run:2026-01-05:back:2026-11-19"}}
    back = due_of(ANNA, "R", replace(span, returned_on=date(2026, 11, 19)))
    assert back.cycle == "run:2026-01-05:back:2026-11-19"
    assert desk.tell(back) == [("before_30", ANNA)]


def test_who_was_trained_long_before_the_run_began_is_late_since_its_due_day() -> None:
    first, due_on = date(2026, 11, 1), date(2026, 11, 22)
    span = Span(
        *(MONDAY, date(2027, 1, 1), Status.EXPIRED, due_on, False, "C", date(2020, 1, 1), date(2022, 1, 1)),
        *(first, "*", first),
    )
    late = due_of(ANNA, "R", span)
    assert (late.deadline, late.cycle) == (due_on, "run:2026-11-01")
    assert Desk().tell(late) == [("overdue_1", ANNA)]
    lapsed = due_of(ANNA, "R", replace(span, valid_until=MONDAY - timedelta(days=1), due_on=date(2020, 2, 1)))
    assert (lapsed.deadline, lapsed.cycle) == (MONDAY - timedelta(days=1), "proof:C:2020-01-01")


def test_nobody_is_welcomed_who_has_it_already_or_had_it_before() -> None:
    only = (ReminderStep("welcome", "welcome", 0),)
    assert Desk(steps=only).tell(due(25)) == [("welcome", ANNA)]
    assert Desk(steps=only).tell(due(25, Status.EXPIRING)) == []
    assert Desk(steps=only).tell(due(-5, Status.EXPIRED, cycle="proof:C:2025-01-10")) == []


@pytest.mark.parametrize(
    "status, reason",
    [
        (Status.COMPLIANT, Reason.UP_TO_DATE),
        (Status.EXEMPT, Reason.EXEMPT),
        (Status.ABSENT, Reason.ABSENT),
        (Status.AWAITING_CHECK, Reason.WAITING_FOR_CHECK),
    ],
)
def test_who_has_nothing_to_do_is_not_written_to(status: Status, reason: Reason) -> None:
    found = Desk().plan(due(-40, status))
    assert (found.messages, found.superseded, reasons(found)) == ((), (), {(reason, None)})


def test_the_day_of_the_next_step_is_known() -> None:
    found = Desk(steps=BEFORE).plan(due(90))
    assert [(one.reason, one.next_on) for one in found.not_written] == [
        (Reason.NOTHING_DUE, MONDAY + timedelta(days=30))
    ]


def test_all_that_one_person_has_to_be_told_on_a_day_is_one_message() -> None:
    others = [replace(due(-40), person_id=person) for person in (2, 3, 4)]
    found = Desk().plan(due(-40), due(-1, requirement="S"), *others)
    assert sorted((one.recipient_id, one.digest, len(one.items)) for one in found.messages) == [
        (ANNA, Digest.PERSON, 2),
        *((person, Digest.PERSON, 1) for person in (2, 3, 4)),
        (MAY, Digest.TEAM, 5),
        (HEDA, Digest.TEAM, 4),
    ]
    assert len({one.dedupe_key for one in found.messages}) == len(found.messages)


def test_managers_are_written_to_once_a_week() -> None:
    desk = Desk()
    tuesday = MONDAY + timedelta(days=1)
    assert desk.tell(due(-1), day=tuesday) == [("overdue_1", ANNA)]
    assert (Reason.WAITS_FOR_WEEKDAY, MAY) in reasons(desk.plan(due(-1), day=tuesday))
    assert desk.tell(due(-1), day=MONDAY + timedelta(days=7)) == [("manager_1", MAY)]


def test_a_week_whose_day_was_missed_is_told_on_the_next() -> None:
    desk = Desk(planned_until=MONDAY - timedelta(days=3))
    assert desk.tell(due(-1), day=MONDAY + timedelta(days=2)) == [("manager_1", MAY), ("overdue_1", ANNA)]


def test_who_wants_one_message_a_week_waits_for_it_except_where_it_presses() -> None:
    tuesday = MONDAY + timedelta(days=1)
    desk = Desk(weekly=frozenset((ANNA,)))
    assert reasons(desk.plan(due(25), day=tuesday)) == {(Reason.WAITS_FOR_WEEKDAY, ANNA)}
    assert Desk(weekly=frozenset((ANNA,))).tell(due(25)) == [("before_30", ANNA)]
    assert desk.tell(due(8), day=tuesday) == [("before_7", ANNA)]
    assert Desk(weekly=frozenset((ANNA,))).tell(due(-2), day=tuesday) == [("overdue_1", ANNA)]


def test_nothing_leaves_on_a_saturday() -> None:
    found = Desk().plan(due(-40), day=MONDAY + timedelta(days=5))
    assert (found.messages, found.superseded) == ((), ())
    assert {reason for reason, _ in reasons(found)} == {Reason.NOT_A_WORKING_DAY}


def test_nobody_gets_more_messages_than_the_terms_allow_and_the_weekly_one_goes_first() -> None:
    dues = due(-40), replace(due(-40), person_id=MAY, managers=(HEDA,), heads=())
    assert {code for code, to in Desk().tell(*dues) if to == MAY} == {"manager_1", "overdue_30"}
    desk = Desk(terms=ReminderTerms(most_a_day=1))
    assert [code for code, to in desk.tell(*dues) if to == MAY] == ["manager_1"]
    assert [code for code, to in desk.tell(*dues, day=MONDAY + timedelta(days=1)) if to == MAY] == [
        "overdue_30"
    ]


def test_a_message_of_the_day_is_not_followed_by_another() -> None:
    found = Desk(had={ANNA: {Digest.PERSON}}).plan(due(20))
    assert (found.messages, reasons(found)) == ((), {(Reason.CAP, ANNA)})


def test_who_has_no_address_gets_a_letter_and_stands_on_the_manager_s_list() -> None:
    desk = Desk(without_email=frozenset((ANNA,)))
    found = desk.plan(due(20))
    assert sorted((one.recipient_id, one.channel, one.digest) for one in found.messages) == [
        (ANNA, Channel.LETTER, Digest.PERSON),
        (MAY, Channel.EMAIL, Digest.TEAM),
    ]
    assert desk.tell(due(20)) == [("before_30", ANNA), ("before_30", MAY)]
    desk.without_email = frozenset()
    assert desk.tell(due(20), day=MONDAY + timedelta(days=7)) == [], "told by letter, so not again by e-mail"


def test_a_letter_that_nobody_printed_keeps_no_email_from_whoever_has_an_address_by_now() -> None:
    desk = Desk(without_email=frozenset((ANNA,)))
    desk.tell(due(20))
    desk.told = [
        replace(told, unprinted=told.channel is Channel.LETTER and told.outcome is Outcome.PLANNED)
        for told in desk.told
    ]
    assert desk.tell(due(20), day=MONDAY + timedelta(days=1)) == [], "the letter still waits to be printed"
    desk.without_email = frozenset()
    assert desk.tell(due(20), day=MONDAY + timedelta(days=2)) == [("before_30", ANNA)]
    assert desk.tell(due(20), day=MONDAY + timedelta(days=3)) == []


def test_of_steps_of_one_day_the_manager_hears_what_the_person_does_not() -> None:
    desk = Desk(without_email=frozenset((ANNA,)))
    assert desk.tell(due(-1)) == [("overdue_1", ANNA), ("overdue_1", MAY)]


@pytest.mark.parametrize("managers", [(), (MAY,)], ids=["no manager", "a manager without an address"])
def test_whom_nobody_can_tell_stands_among_those_who_cannot_be_reached(managers: tuple[int, ...]) -> None:
    desk = Desk(without_email=frozenset((ANNA, MAY)))
    found = desk.plan(due(20, managers=managers, heads=()))
    assert (Reason.CANNOT_BE_REACHED, None) in reasons(found)
    assert [one.channel for one in found.messages] == [Channel.LETTER]


def test_what_a_manager_without_an_address_should_hear_goes_to_nobody_else() -> None:
    found = Desk(without_email=frozenset((MAY,))).plan(due(-40))
    told = {(item.step.code, item.recipient_id) for message in found.messages for item in message.items}
    assert told == {("overdue_30", ANNA), ("head_30", HEDA)}
    assert (Reason.CANNOT_BE_REACHED, MAY) in reasons(found)


def test_a_new_manager_is_told_once_of_what_is_overdue() -> None:
    desk = Desk()
    assert ("manager_1", MAY) in desk.tell(due(-10))
    later = MONDAY + timedelta(days=7)
    assert desk.tell(due(-10, managers=(12,)), day=later) == [("manager_1", 12), ("overdue_14", ANNA)]


@pytest.mark.parametrize(
    "now, recipient, day, reason",
    [
        (due(20), ANNA, MONDAY, None),
        (None, ANNA, MONDAY, Reason.NOT_REQUIRED),
        (due(500, Status.COMPLIANT), ANNA, MONDAY, Reason.UP_TO_DATE),
        (due(20, Status.EXEMPT), ANNA, MONDAY, Reason.EXEMPT),
        (due(20, Status.ABSENT), ANNA, MONDAY, Reason.ABSENT),
        (due(20, Status.AWAITING_CHECK), ANNA, MONDAY, Reason.WAITING_FOR_CHECK),
        (due(20), MAY, MONDAY, None),
        (due(20), HEDA, MONDAY, None),
        (due(20), 99, MONDAY, Reason.NOT_IN_TEAM),
        (due(21), ANNA, MONDAY, Reason.CHANGED),
        (due(20, cycle="run:2026-10-02"), ANNA, MONDAY, Reason.CHANGED),
        (due(20, Status.OUTSTANDING), ANNA, MONDAY + timedelta(days=21), Reason.CHANGED),
    ],
)
def test_a_reminder_leaves_only_while_it_still_says_what_holds(
    now: Due | None, recipient: int, day: date, reason: Reason | None
) -> None:
    assert why_no_longer(now, RUN, MONDAY + timedelta(days=20), recipient, MONDAY, day) is reason


@pytest.mark.parametrize(
    "step, words",
    [
        ("welcome", "Newly asked for on 1 October 2026, by 13 December 2026"),
        ("before_30", "30 days before 13 December 2026, the last day in time"),
        ("before_0", "On 13 December 2026, the last day in time"),
        ("overdue_1", "1 day after 13 December 2026, the last day in time"),
    ],
)
def test_why_somebody_is_written_to_is_a_sentence(step: str, words: str) -> None:
    of_step = next(one for one in STEPS if one.code == step)
    triggered_on = date(2026, 10, 1)
    last_day = MONDAY + timedelta(days=20)
    item = Item(ANNA, "R", RUN, of_step, ANNA, Channel.EMAIL, triggered_on, last_day, Status.NOT_YET_DUE)
    assert why(item) == words
    late_welcome = replace(item, step=ReminderStep("w", "welcome", 7))
    assert why(late_welcome) == "7 days after it was newly asked for, by 13 December 2026"
    assert why(replace(item, step=ReminderStep("odd", "rumour", 7))) == "Step odd, by 13 December 2026"
