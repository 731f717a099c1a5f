"""The day of the drop and those who decide it, against a slow reading of the counting rules day by day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.drop import Decider, Stretch, deciders, first_drop, stretches_of
from compliance.domain.requirement import Target
from compliance.domain.spans import REQUIRED_STATUSES, Span, Status
from foundation.dates import FAR_DAY, FIRST_DAY
from tests.oracle.profiles import examples

TODAY = date(2026, 11, 21)
DAYS = 60
UNTIL = TODAY + timedelta(days=DAYS)
TEAM = ("Ash", "Bo", "Cy", "Dee", "Eli", "Fay")
BEHIND = ("awaiting_check", "expired", "outstanding")
COMPLIANT = ("compliant", "expiring")


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def span(first: date, last: date, status: Status) -> Span:
    return Span(first, last, status, None, status.is_compliant, None, None, None, first, "*", first)


@st.composite
def timelines(draw: st.DrawFn) -> list[Span]:
    """Spans of one person around today, some next to each other, some with days not required between them."""
    found = []
    day = ahead(draw(st.integers(-30, 30)))
    for _ in range(draw(st.integers(0, 5))):
        last = day + timedelta(days=draw(st.integers(0, 40)))
        found.append(span(day, last, draw(st.sampled_from(REQUIRED_STATUSES))))
        day = last + timedelta(days=draw(st.sampled_from((1, 1, 1, 2, 9))))
    stays_open = draw(st.booleans())
    if found and stays_open:
        found[-1] = span(found[-1].first_day, FAR_DAY, found[-1].status)
    return found


@st.composite
def targets(draw: st.DrawFn) -> list[Target]:
    """Targets that follow one another, overlap, leave days out, or are of another requirement or unit."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        first, last = sorted((draw(st.integers(-20, DAYS)), draw(st.integers(-20, DAYS + 20))))
        found.append(
            Target(
                draw(st.sampled_from(("AWARE", "AWARE", "AWARE", "OTHER"))),
                draw(st.integers(0, 100_00)),
                unit=draw(st.sampled_from((None, None, "Homes"))),
                first_day=draw(st.sampled_from((FIRST_DAY, ahead(first)))),
                last_day=draw(st.sampled_from((FAR_DAY, ahead(last)))),
            )
        )
    return found


TEAMS = st.dictionaries(st.sampled_from(TEAM), timelines(), max_size=len(TEAM))


def status_on(spans: Sequence[Span], day: date) -> str:
    """The slow reading: the status of a day, the word itself."""
    return next(
        (str(span.status) for span in spans if span.first_day <= day <= span.last_day), "not_required"
    )


def below_on(team: Mapping[str, Sequence[Span]], given: Sequence[Target], day: date) -> bool:
    """Counting rule 7, word for word: 100 * compliant >= target * counted, or the target is not met."""
    statuses = [status_on(spans, day) for spans in team.values()]
    counted = sum(status in (*COMPLIANT, *BEHIND) for status in statuses)
    compliant = sum(status in COMPLIANT for status in statuses)
    in_force = [
        target
        for target in given
        if target.requirement == "AWARE"
        and target.unit is None
        and target.first_day <= day <= target.last_day
    ]
    if not counted or not in_force:
        return False
    latest = max(target.first_day for target in in_force)
    percent = max(target.percent_hundredths for target in in_force if target.first_day == latest)
    return 100 * 100 * compliant < percent * counted


def drop_by_days(team: Mapping[str, Sequence[Span]], given: Sequence[Target]) -> date | None:
    return next((ahead(n) for n in range(1, DAYS + 1) if below_on(team, given, ahead(n))), None)


def deciders_by_days(team: Mapping[str, Sequence[Span]], day: date) -> set[tuple[str, date]]:
    """Whoever is behind on the day and not today, with the last day on which they were not."""
    found = set()
    for name, spans in team.items():
        if status_on(spans, day) in BEHIND and status_on(spans, TODAY) not in BEHIND:
            last = day
            while status_on(spans, last) in BEHIND:
                last -= timedelta(days=1)
            found.add((name, last))
    return found


def all_stretches(team: Mapping[str, Sequence[Span]]) -> list[Stretch]:
    return [stretch for spans in team.values() for stretch in stretches_of(spans)]


@examples(400)
@given(team=TEAMS, given_targets=targets())
def test_the_day_of_the_drop_is_that_of_looking_at_every_day(
    team: dict[str, list[Span]], given_targets: list[Target]
) -> None:
    found = first_drop(all_stretches(team), given_targets, "AWARE", TODAY, UNTIL)
    assert (found.day if found else None) == drop_by_days(team, given_targets)
    if found is None:
        return
    statuses = [status_on(spans, found.day) for spans in team.values()]
    assert found.counts.in_date == sum(status in COMPLIANT for status in statuses)
    assert found.counts.counted == sum(status in (*COMPLIANT, *BEHIND) for status in statuses)


@examples(400)
@given(team=TEAMS, days=st.integers(1, DAYS))
def test_those_who_decide_are_behind_then_and_not_today(team: dict[str, list[Span]], days: int) -> None:
    found = deciders(team, TODAY, ahead(days))
    assert {(decider.person, decider.act_by) for decider in found} == deciders_by_days(team, ahead(days))
    assert [decider.act_by for decider in found] == sorted(decider.act_by for decider in found)


@examples(200)
@given(team=TEAMS, days=st.integers(1, DAYS))
def test_the_spans_that_are_behind_are_enough_to_know_who_decides(
    team: dict[str, list[Span]], days: int
) -> None:
    day = ahead(days)
    behind = {
        name: [
            span
            for span in spans
            if span.status in BEHIND and span.last_day >= TODAY and span.first_day <= day
        ]
        for name, spans in team.items()
    }
    assert deciders(behind, TODAY, day) == deciders(team, TODAY, day)


@examples(200)
@given(team=TEAMS, given_targets=targets())
def test_so_many_renewals_as_are_named_keep_the_target_on_that_day_and_fewer_do_not(
    team: dict[str, list[Span]], given_targets: list[Target]
) -> None:
    found = first_drop(all_stretches(team), given_targets, "AWARE", TODAY, UNTIL)
    if found is None:
        return
    day, needed = found.day, found.judgement.people_to_target
    behind = [name for name, spans in team.items() if status_on(spans, day) in BEHIND]
    assert 1 <= needed <= len(behind)
    for renewals in (needed - 1, needed):
        always = [span(FIRST_DAY, FAR_DAY, Status.COMPLIANT)]
        renewed = {name: always if name in behind[:renewals] else spans for name, spans in team.items()}
        assert below_on(renewed, given_targets, day) == (renewals < needed)


@examples(100)
@given(team=TEAMS, given_targets=targets(), data=st.data())
def test_people_with_the_same_days_may_be_given_together_and_in_any_order(
    team: dict[str, list[Span]], given_targets: list[Target], data: st.DataObject
) -> None:
    one_by_one = all_stretches(team)
    together: dict[tuple[date, date, Status], int] = {}
    for stretch in one_by_one:
        key = (stretch.first_day, stretch.last_day, stretch.status)
        together[key] = together.get(key, 0) + 1
    grouped = data.draw(st.permutations([Stretch(*key, people) for key, people in together.items()]))
    assert first_drop(grouped, given_targets, "AWARE", TODAY, UNTIL) == first_drop(
        one_by_one, given_targets, "AWARE", TODAY, UNTIL
    )


def covered_until(days: int) -> list[Span]:
    return [
        span(ahead(-100), ahead(days), Status.COMPLIANT),
        span(ahead(days + 1), FAR_DAY, Status.EXPIRED),
    ]


SEVENTY = [Target("AWARE", 70_00)]


def test_nine_people_of_whom_seven_are_needed() -> None:
    team = {f"P{number}": covered_until(10 * number) for number in range(1, 10)}
    found = first_drop(all_stretches(team), SEVENTY, "AWARE", TODAY, ahead(700))
    assert found is not None
    # 7 of 9 are 77.7 %, 6 of 9 are 66.6 %: the third whose cover ends decides.
    assert found.day == ahead(31)
    assert (found.counts.in_date, found.counts.counted) == (6, 9)
    assert found.judgement.people_to_target == 1
    assert deciders(team, TODAY, found.day) == [
        Decider("P1", ahead(10)),
        Decider("P2", ahead(20)),
        Decider("P3", ahead(30)),
    ]


@pytest.mark.parametrize("left, met", [(7, True), (6, False)])
def test_exactly_on_the_target_is_no_drop(left: int, met: bool) -> None:
    team = [covered_until(5)] * (10 - left) + [covered_until(1000)] * left
    found = first_drop([s for spans in team for s in stretches_of(spans)], SEVENTY, "AWARE", TODAY, UNTIL)
    assert (found is None) == met


def test_a_new_starter_who_falls_due_decides_as_well() -> None:
    starter = [span(TODAY, ahead(20), Status.NOT_YET_DUE), span(ahead(21), FAR_DAY, Status.OUTSTANDING)]
    team = {"Old": covered_until(1000), "New": starter}
    found = first_drop(all_stretches(team), SEVENTY, "AWARE", TODAY, UNTIL)
    assert found is not None
    assert found.day == ahead(21)
    assert deciders(team, TODAY, found.day) == [Decider("New", ahead(20))]


def test_a_target_that_rises_makes_the_drop_and_nobody_decides_it() -> None:
    team = {"A": covered_until(1000), "B": [span(ahead(-50), FAR_DAY, Status.OUTSTANDING)]}
    rising = [Target("AWARE", 50_00, last_day=ahead(9)), Target("AWARE", 80_00, first_day=ahead(10))]
    found = first_drop(all_stretches(team), rising, "AWARE", TODAY, UNTIL)
    assert found is not None
    assert found.day == ahead(10)
    assert found.judgement.target == 80
    assert not deciders(team, TODAY, found.day)


def test_somebody_who_leaves_counts_no_more_and_so_may_bring_the_team_down() -> None:
    leaver = [span(ahead(-50), ahead(9), Status.COMPLIANT)]
    team = {
        "A": covered_until(1000), "B": covered_until(1000), "C": leaver,
        "D": [span(ahead(-50), FAR_DAY, Status.OUTSTANDING)],
    }  # fmt: skip
    found = first_drop(all_stretches(team), SEVENTY, "AWARE", TODAY, UNTIL)
    assert found is not None
    assert (found.day, found.counts.in_date, found.counts.counted) == (ahead(10), 2, 3)
    assert not deciders(team, TODAY, found.day)


def test_without_people_or_target_there_is_nothing_to_fall_below() -> None:
    assert first_drop([], SEVENTY, "AWARE", TODAY, UNTIL) is None
    assert first_drop(stretches_of(covered_until(1)), [], "AWARE", TODAY, UNTIL) is None


def test_the_forecast_looks_no_further_than_it_is_asked() -> None:
    stretches = stretches_of(covered_until(10))
    assert first_drop(stretches, SEVENTY, "AWARE", TODAY, ahead(10)) is None
    found = first_drop(stretches, SEVENTY, "AWARE", TODAY, ahead(11))
    assert found is not None
    assert found.day == ahead(11)
