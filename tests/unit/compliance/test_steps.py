"""Steps of figures: packing loses nothing, and running them up gives what counting day by day gives."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.figures import COUNT_NAMES
from compliance.domain.spans import REQUIRED_STATUSES, Span, Status
from compliance.domain.steps import add_steps, by_month, in_everything, packed, steps_of, totals, unpacked
from foundation.dates import FAR_DAY, Period, day_after, month_ends

FIRST = date(2026, 1, 1)
DAYS = 120
COUNTS = st.lists(
    st.integers(-2_000_000_000, 2_000_000_000), min_size=len(COUNT_NAMES), max_size=len(COUNT_NAMES)
)


def span(first: date, last: date, status: Status, covered: bool) -> Span:
    return Span(first, last, status, None, covered, None, None, None, first, "*", first)


@st.composite
def timelines(draw: st.DrawFn) -> list[Span]:
    """Spans without overlap, with gaps, perhaps open at the end."""
    found = []
    day = FIRST + timedelta(days=draw(st.integers(0, 20)))
    for _ in range(draw(st.integers(0, 6))):
        last = day + timedelta(days=draw(st.integers(0, 25)))
        status = draw(st.sampled_from(REQUIRED_STATUSES))
        found.append(span(day, last, status, draw(st.booleans()) or status.is_compliant))
        day = last + timedelta(days=draw(st.integers(1, 10)))
    stays_open = draw(st.booleans())
    if found and stays_open:
        end = found.pop()
        found.append(span(end.first_day, FAR_DAY, end.status, end.covered))
    return found


def on(spans: list[Span], day: date) -> Span | None:
    return next((found for found in spans if found.first_day <= day <= found.last_day), None)


def total_on(steps: dict[date, int], day: date) -> dict[str, int]:
    counts = unpacked(sum(step for changed, step in steps.items() if changed <= day))
    return {name: count for name, count in zip(COUNT_NAMES, counts, strict=True) if count}


@given(one=COUNTS, other=COUNTS)
def test_packed_counts_come_back_also_when_some_are_negative(one: list[int], other: list[int]) -> None:
    assert unpacked(packed(one)) == tuple(one)
    halves = [count // 2 for count in one], [count // 2 for count in other]
    assert unpacked(packed(halves[0]) + packed(halves[1])) == tuple(map(sum, zip(*halves, strict=True)))


@given(people=st.lists(timelines(), max_size=5))
def test_steps_run_up_to_the_people_in_each_status_on_every_day(people: list[list[Span]]) -> None:
    steps: dict[date, int] = {}
    for spans in people:
        add_steps(steps, steps_of(spans))

    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        expected: dict[str, int] = {}
        for spans in people:
            found = on(spans, day)
            if found is not None:
                for name in (found.status.value, *(("covered",) if found.covered else ())):
                    expected[name] = expected.get(name, 0) + 1
        assert total_on(steps, day) == expected


@given(spans=timelines(), first=st.integers(0, 60), length=st.integers(0, 40))
def test_steps_on_some_days_are_those_of_the_whole_inside_and_nothing_outside(
    spans: list[Span], first: int, length: int
) -> None:
    begin = FIRST + timedelta(days=first)
    inside = Period(begin, begin + timedelta(days=length))

    clipped, whole = steps_of(spans, [inside]), steps_of(spans)

    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        assert total_on(clipped, day) == (total_on(whole, day) if day in inside else {})


@given(requirements=st.lists(timelines(), max_size=4))
def test_compliant_in_everything_means_in_every_counted_requirement(requirements: list[list[Span]]) -> None:
    steps = in_everything([steps_of(spans) for spans in requirements])

    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        counted = [
            found.status for spans in requirements if (found := on(spans, day)) and found.status.is_counted
        ]
        expected = {}
        if counted:
            expected = {"compliant" if all(status.is_compliant for status in counted) else "outstanding": 1}
        assert total_on(steps, day) == expected


@given(people=st.lists(timelines(), min_size=1, max_size=5))
def test_month_totals_are_the_totals_of_the_month_ends(people: list[list[Span]]) -> None:
    steps: dict[date, int] = {}
    for spans in people:
        add_steps(steps, steps_of(spans))
    ends = list(month_ends(date(2026, 2, 1), date(2026, 6, 30)))

    found = dict(totals(by_month(steps, ends), ends))

    for end in ends:
        counts = dict(zip(COUNT_NAMES, found.get(end, (0,) * len(COUNT_NAMES)), strict=True))
        assert {name: count for name, count in counts.items() if count} == total_on(steps, end)


def test_counting_out_what_was_counted_in_leaves_nothing() -> None:
    spans = [
        span(FIRST, FIRST, Status.EXPIRED, False),
        span(day_after(FIRST), FAR_DAY, Status.COMPLIANT, True),
    ]
    steps: dict[date, int] = {}

    add_steps(steps, steps_of(spans))
    add_steps(steps, steps_of(spans), -1)

    assert not any(steps.values())
