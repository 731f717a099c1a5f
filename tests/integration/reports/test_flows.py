"""What reports say happened in a quarter, and by place: each number found again in everybody's timelines."""

from collections import Counter
from datetime import date
from itertools import pairwise

from hypothesis import given
from sqlalchemy import select

from compliance.domain.flows import Flow
from compliance.domain.spans import Span, Status
from compliance.services.figures import By, Question, Reference
from compliance.services.flows import flows
from compliance.store.lists import timelines_of
from compliance.store.rules import load_rules
from foundation.dates import day_before
from foundation.facts import known
from people.models import PersonRow, PostSpellRow, UnitRow
from reports.domain.description import Cell, Percent, Points
from reports.services.building import build
from tests.integration.compliance.acts import Act
from tests.integration.compliance.product import START, Product
from tests.integration.reports.test_reports import (
    BOROUGHS,
    COUNCIL,
    DAY,
    borough,
    columns,
    do,
    freeze,
    made,
    table_of,
)

__all__ = ["borough"]

ENDS = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31), DAY]
FLOWS = ("completions", "expiries", "leavers", "starters")
_Timelines = dict[tuple[int, str], list[Span]]


def everything(product: Product) -> _Timelines:
    """The timelines of everybody, by person and requirement."""
    rules, session = load_rules(product.session), product.session
    return {
        (person_id, rules.requirement_codes[requirement_id]): spans
        for person_id in session.scalars(select(PersonRow.id).order_by(PersonRow.id))
        for requirement_id, spans in timelines_of(session, person_id, rules.course_codes).items()
    }


def status_on(spans: list[Span], day: date) -> Status | None:
    return next((one.status for one in spans if one.first_day <= day <= one.last_day), None)


def in_post(product: Product, day: date) -> set[int]:
    query = select(PostSpellRow.person_id).where(
        known(PostSpellRow, None), PostSpellRow.first_day <= day, PostSpellRow.last_day >= day
    )
    return set(product.session.scalars(query))


def slowly(product: Product, ends: list[date]) -> dict[tuple[date, str], Flow]:
    """The flows of the whole, read from the timelines one after the other."""
    found: Counter[tuple[date, str, str]] = Counter()
    timelines = everything(product)
    for before, end in pairwise(ends):
        was, are = in_post(product, before), in_post(product, end)
        for (person_id, code), spans in timelines.items():
            proofs = {
                (one.course, one.completed_on)
                for one in spans
                if one.covered and one.completed_on is not None and before < one.completed_on <= end
            }
            found[end, code, "completions"] += len(proofs)
            found[end, code, "expiries"] += sum(
                before < one.first_day <= end
                and one.status is Status.EXPIRED
                and (was_then := status_on(spans, day_before(one.first_day))) is not None
                and was_then.is_compliant
                for one in spans
            )
            found[end, code, "leavers"] += status_on(spans, before) is not None and person_id not in are
            found[end, code, "starters"] += status_on(spans, end) is not None and person_id not in was
    return {
        (end, code): Flow(*(found[end, code, what] for what in FLOWS))
        for end, code, _ in found
        if any(found[end, code, what] for what in FLOWS)
    }


def test_what_happened_is_what_the_timelines_say_whole_and_by_directorate(product: Product) -> None:
    @product.examples(12, 3, 200)
    @given(BOROUGHS)
    def tried(council: tuple[Act, Act, list[Act]]) -> None:
        product.reset()
        programme, people, later = council
        for act in (programme, people, *later):
            do(product, act)
        expected = slowly(product, ENDS)
        reference = Reference.read(product.session)
        found = flows(product.session, ENDS, Question(), reference)
        assert {(end, code): flow for (end, code, _), flow in found.items()} == expected
        printed = columns(table_of(made(product, "trend"), "trend"), "day", "requirement", *FLOWS)
        for day, code, *numbers in printed:
            assert isinstance(day, date)
            assert Flow(*numbers) == expected.get((day, str(code)), Flow())  # type: ignore[arg-type]  # numbers they are
        by_unit = Question(by=By.UNIT, deepest=1)
        parts = flows(product.session, ENDS, by_unit, reference)
        for unit in reference.tree.units:
            if unit.depth == 1:
                asked = Question(organisation=unit.organisation, unit=unit.path)
                alone = flows(product.session, ENDS, asked, reference)
                of_part = {key[:2]: flow for key, flow in parts.items() if key[2] == unit.id}
                assert of_part == {key[:2]: flow for key, flow in alone.items()}

    tried()


def test_every_place_of_a_trend_and_of_services_is_the_engines(product: Product) -> None:
    @product.examples(8, 2, 100)
    @given(BOROUGHS)
    def tried(council: tuple[Act, Act, list[Act]]) -> None:
        product.reset()
        programme, people, later = council
        for act in (programme, people, *later):
            do(product, act)
        units = {unit.path: unit.depth for unit in Reference.read(product.session).tree.units}
        rows = [row for row in product.figures([DAY], "unit")[0]["rows"] if row["unit"] is not None]
        services = table_of(made(product, "directorates"), "services")
        assert sorted(
            (code, organisation, f"{directorate} > {service}", counted, in_date)
            for code, organisation, directorate, service, counted, in_date in columns(
                services, "requirement", "organisation", "directorate", "service", "counted", "in_date"
            )
        ) == sorted(
            (row["requirement"], row["organisation"], row["unit"], row["counted"], row["compliant"])
            for row in rows
            if units[row["unit"]] == 2
        )
        trend = table_of(made(product, "trend"), "trend-directorates")
        now = {
            row[:3]: row[3:]
            for row in columns(trend, "requirement", "organisation", "directorate", "counted_0")
        }
        expected = {
            (row["requirement"], row["organisation"], row["unit"]): (row["counted"],)
            for row in rows
            if units[row["unit"]] == 1
        }
        assert {key: cells for key, cells in now.items() if cells[0]} == {
            key: cells for key, cells in expected.items() if cells[0]
        }

    tried()


def test_in_post_counts_everybody_once_in_each_place_and_points_are_of_the_target(product: Product) -> None:
    @product.examples(8, 2, 100)
    @given(BOROUGHS)
    def tried(council: tuple[Act, Act, list[Act]]) -> None:
        product.reset()
        programme, people, later = council
        for act in (programme, people, *later):
            do(product, act)
        report = made(product, "directorates")
        here = len(in_post(product, DAY))
        for (number,) in columns(table_of(report, "whole"), "in_post"):
            assert number == here
        for key in ("organisations", "directorates", "services"):
            for number, required in columns(table_of(report, key), "in_post", "required"):
                assert isinstance(number, int)
                assert isinstance(required, int)
                assert required <= number <= here
        for percent, target, points in columns(table_of(report, "whole"), "percent", "target", "variance"):
            assert points == points_above(percent, target)

    tried()


def points_above(percent: Cell, target: Cell) -> Points | None:
    """The difference as it is printed, rounded down."""
    assert isinstance(percent, Percent)
    if not target or percent.tenths is None:
        return None
    wanted = round(float(str(target).rstrip("%")) * 100)
    return Points((100_00 * percent.part - wanted * percent.whole) // (10 * percent.whole))


def test_a_quarter_names_the_report_that_was_kept_of_it(borough: Product) -> None:
    freeze(borough, "trend", date(2026, 3, 31))
    table = table_of(made(borough, "trend"), "trend")
    named = set(columns(table, "day", "kept"))
    assert named == {(day, "R-2026-001" if day == date(2026, 3, 31) else "") for day in ENDS[1:]}


def test_a_reader_of_one_organisation_reads_of_its_people_alone(borough: Product) -> None:
    session = borough.session
    freeze(borough, "trend", date(2026, 3, 31))
    for unit in [one for one in Reference.read(session).tree.units if one.depth == 0]:
        inside = frozenset({unit.organisation_id})
        report = build(session, "directorates", DAY, START, "tests", COUNCIL, inside)
        there = session.scalars(
            select(PostSpellRow.person_id)
            .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
            .where(
                UnitRow.organisation_id == unit.organisation_id,
                known(PostSpellRow, None),
                PostSpellRow.first_day <= DAY,
                PostSpellRow.last_day >= DAY,
            )
        )
        number = len(set(there))
        assert {row[0] for row in columns(table_of(report, "whole"), "in_post")} <= {number}
        assert {row[0] for row in columns(table_of(report, "organisations"), "in_post")} <= {number}
        trend = table_of(build(session, "trend", DAY, START, "tests", COUNCIL, inside), "trend")
        assert {row[0] for row in columns(trend, "kept")} <= {""}
