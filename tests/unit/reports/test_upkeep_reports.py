"""Reports on the upkeep of the record, of sources made by hand: what stands in each row, and what never does."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.dates import FAR_DAY, LONDON, Period
from people.domain import Place, Spell
from reports.catalogue.upkeep import exemptions, imports, moves, reorganisation, trail
from reports.catalogue.upkeep.trail_words import detail_words, event_words, reason_words, record_words
from reports.domain.asking import Ask, Readers, Sources
from reports.domain.description import Cell, Report, names_anybody
from reports.domain.part import Part
from reports.domain.sources.upkeep import Completed, Gaps, LeftOut, Load, Mover, TrailEvent

ROOT = Path(__file__).resolve().parents[3]
DAY = date(2026, 6, 1)
MOMENT = datetime(2026, 6, 1, 9, tzinfo=LONDON)
ASK = Ask(DAY, MOMENT, "tests", "Example Borough Council")
REPORTS = (exemptions, imports, reorganisation, trail)
HOMES, REPAIRS, SCHOOL = (
    Place(1, "Homes", "Council", "council"),
    Place(2, "Repairs", "Council", "council"),
    Place(3, "", "Quay School", "school"),
)
PLACES = (HOMES, REPAIRS, SCHOOL)


@dataclass
class Upkeep:
    """Answers made by hand; empty where nothing is said."""

    of_left_out: Sequence[LeftOut] = ()
    of_imports: Sequence[Load] = ()
    of_gaps: Gaps = field(default_factory=lambda: Gaps(1, 2, 3, 4, 5, 6, 7, 8, 30, 30))
    of_movers: Sequence[Mover] = ()
    of_trail: Sequence[TrailEvent] = ()

    def left_out(self, days: Period) -> Sequence[LeftOut]:
        return self.of_left_out

    def imports(self, days: Period) -> Sequence[Load]:
        return self.of_imports

    def gaps(self, day: date) -> Gaps:
        return self.of_gaps

    def movers(self, days: Period) -> Sequence[Mover]:
        return self.of_movers

    def trail(self, days: Period, most: int) -> Sequence[TrailEvent]:
        return self.of_trail[:most]


@dataclass
class Answers:
    """As much of the sources of a report as these ask for."""

    upkeep: Upkeep
    population: str = "Everybody"
    part: Part | None = None


def made(module: object, upkeep: Upkeep) -> Report:
    return module.build(ASK, cast(Sources, Answers(upkeep)))  # type: ignore[attr-defined, no-any-return]  # a report


def cells(report: Report, *keys: str) -> list[tuple[Cell, ...]]:
    table = report.tables[0]
    return [tuple(row[table.place(key)] for key in keys) for row in table.rows]


AWAY = LeftOut(
    "Hal Example", "Council", "Homes", False, date(2026, 1, 1), FAR_DAY, None, "", "The command line"
)
EXEMPT = LeftOut(
    "Gus Example", "Council", "Homes", True, date(2026, 5, 20), date(2026, 7, 31), "AWARE", "Head", "Uma"
)


@pytest.mark.parametrize(
    "first_day, last_day, taken_back_on, says",
    [
        (DAY, DAY, None, "Running"),
        (DAY - timedelta(2), DAY - timedelta(1), None, "Ended"),
        (DAY + timedelta(1), DAY + timedelta(2), None, "To come"),
        (DAY, DAY, DAY, "Taken back"),
        (DAY, FAR_DAY, None, "Running"),
    ],
)
def test_an_exemption_says_how_it_stands_on_the_day(
    first_day: date, last_day: date, taken_back_on: date | None, says: str
) -> None:
    one = replace(EXEMPT, first_day=first_day, last_day=last_day, taken_back_on=taken_back_on)
    assert cells(made(exemptions, Upkeep([one])), "status") == [(says,)]


def test_what_runs_stands_first_and_the_order_of_names_stays() -> None:
    ended = replace(EXEMPT, name="Abe Example", last_day=DAY - timedelta(1))
    found = cells(made(exemptions, Upkeep([ended, EXEMPT, AWAY])), "name", "status")
    assert found == [("Gus Example", "Running"), ("Hal Example", "Running"), ("Abe Example", "Ended")]


def test_an_absence_is_away_from_work_and_nothing_more() -> None:
    found = cells(
        made(exemptions, Upkeep([AWAY])), "type", "given_for", "last_day", "review_from", "approved_by"
    )
    assert found == [("Away from work", "", None, None, "")]


def test_an_exemption_is_to_be_reviewed_thirty_days_before_it_ends_and_never_before_it_begins() -> None:
    short = replace(EXEMPT, first_day=date(2026, 7, 20))
    every = replace(EXEMPT, given_for=None)
    found = cells(made(exemptions, Upkeep([EXEMPT, every, short])), "review_from", "given_for")
    assert found == [
        (date(2026, 7, 1), "AWARE"),
        (date(2026, 7, 1), "Every requirement"),
        (date(2026, 7, 20), "AWARE"),
    ]


LOAD = Load(7, "Absences", "away.csv", "", 10, 3, 2, 1, (("new absences", 3),), True, "Uma Tester", MOMENT)


def test_rows_that_changed_nothing_are_the_rest_where_that_can_be_told() -> None:
    people = replace(LOAD, kind="People and posts", by_row=False)
    undo = replace(LOAD, undoes=7, rows=0, new=0, changed=0, set_aside=0)
    found = cells(made(imports, Upkeep(of_imports=[LOAD, people, undo])), "rows", "unchanged")
    assert found == [(10, 4), (10, None), (None, None)]


def test_a_batch_that_was_taken_back_says_by_which_and_its_rows_set_aside_are_no_gap() -> None:
    undone = replace(LOAD, undone_by=8)
    report = made(imports, Upkeep(of_imports=[undone, LOAD]))
    assert cells(report, "undone") == [("By batch 8",), ("",)]
    gaps = [row[1] for row in report.tables[1].rows]
    assert gaps == [1, 2, 3, 4, 5, 6, 7, 8, 1]


def spell(place: Place, first: date, last: date = FAR_DAY) -> Spell:
    return Spell(first, last, place)


APRIL = date(2026, 4, 10)


@pytest.mark.parametrize(
    "spells, says",
    [
        ([spell(HOMES, date(2020, 1, 1), APRIL), spell(REPAIRS, date(2026, 4, 11))], [(1, 11)]),
        # Handing over for two weeks, and being away for two.
        ([spell(HOMES, date(2020, 1, 1), APRIL), spell(REPAIRS, date(2026, 3, 27))], [(1, 11)]),
        ([spell(HOMES, date(2020, 1, 1), APRIL), spell(REPAIRS, date(2026, 4, 24))], [(1, 24)]),
        # A second post, a post given up, another title in the same unit.
        ([spell(HOMES, date(2020, 1, 1)), spell(REPAIRS, APRIL)], []),
        ([spell(HOMES, date(2020, 1, 1)), spell(REPAIRS, date(2020, 1, 1), APRIL)], []),
        ([spell(HOMES, date(2015, 1, 1), APRIL), spell(REPAIRS, date(2020, 1, 1))], []),
        ([spell(HOMES, date(2020, 1, 1), APRIL), spell(HOMES, date(2026, 4, 11))], []),
        # One of two posts.
        (
            [
                spell(SCHOOL, date(2020, 1, 1)),
                spell(HOMES, date(2020, 1, 1), APRIL),
                spell(REPAIRS, date(2026, 4, 11)),
            ],
            [(1, 11)],
        ),
        ([], []),
    ],
)
def test_a_move_is_out_of_a_unit_and_into_another(spells: list[Spell], says: list[tuple[int, int]]) -> None:
    found = moves.changes_of(spells)
    assert [(one.left[0].unit_id, one.since.day) for one in found] == says
    assert all(one.joined == (REPAIRS,) for one in found)


SPELLS = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(0, 60), st.integers(0, 40)).map(
        lambda drawn: spell(drawn[0], APRIL + timedelta(drawn[1]), APRIL + timedelta(drawn[1] + drawn[2]))
    ),
    max_size=5,
)


@given(SPELLS)
def test_every_day_on_which_units_are_swapped_is_a_move_and_no_move_is_without_one(
    spells: list[Spell],
) -> None:
    found = moves.changes_of(spells)
    held = [
        (day, units)
        for day in (APRIL + timedelta(number) for number in range(110))
        if (units := {one.place.unit_id for one in spells if one.first_day <= day <= one.last_day})
    ]
    swapped = {day for (_, was), (day, now) in pairwise(held) if was - now and now - was}
    assert swapped <= {one.since for one in found}
    for one in found:
        by_day = dict(held)
        now, was = by_day[one.since], by_day[one.before]
        assert {place.unit_id for place in one.left} == was - now
        assert {place.unit_id for place in one.joined} == now - was


TWICE = Mover(
    "Asha Example",
    (
        spell(HOMES, date(2020, 1, 1), APRIL),
        spell(REPAIRS, date(2026, 4, 11), date(2026, 5, 10)),
        spell(SCHOOL, date(2026, 5, 11)),
    ),
    {
        "AWARE": (Period(date(2020, 1, 1), FAR_DAY),),
        "STALLS": (Period(date(2026, 4, 11), date(2026, 5, 10)),),
    },
    (
        Completed("PREV", date(2025, 1, 1)),
        Completed("WRAP", date(2026, 4, 20)),
        Completed("OLD", date(2025, 1, 1), taken_back_on=date(2026, 5, 1)),
        Completed("LONG GONE", date(2019, 1, 1), taken_back_on=date(2021, 1, 1)),
    ),
)


def test_whoever_moved_twice_has_two_rows_with_what_each_move_brought() -> None:
    found = cells(
        made(reorganisation, Upkeep(of_movers=[TWICE])), "left", "joined", "kept", "added", "dropped"
    )
    assert found == [
        ("Homes, Council", "Repairs, Council", "AWARE", "STALLS", ""),
        ("Repairs, Council", "Quay School", "AWARE", "", "STALLS"),
    ]


def test_a_completion_that_was_taken_back_since_a_move_is_missed_there_and_nowhere_else() -> None:
    found = cells(made(reorganisation, Upkeep(of_movers=[TWICE])), "since", "completions", "completions_kept")
    assert found == [(date(2026, 4, 11), 2, 1), (date(2026, 5, 11), 2, 2)]


def test_a_move_of_another_year_is_of_another_report() -> None:
    assert not cells(
        reorganisation.build(
            replace(ASK, as_at=date(2026, 3, 31)), cast(Sources, Answers(Upkeep(of_movers=[TWICE])))
        ),
        "since",
    )


def events() -> Iterator[str]:
    """Every event that some code writes into the trail, as far as it stands there word for word."""
    looks_like = re.compile(r"[a-z_]+\.[a-z_]+")
    writers = {"record", "record_each", "_tell", "_audit", "_done", "_note", "note", "_save", "_record"}
    for package in ("app", "people", "courses", "compliance", "reports", "reminders"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in writers:
                    for said in (*node.args, *(one.value for one in node.keywords)):
                        if isinstance(said, ast.Constant) and looks_like.fullmatch(str(said.value)):
                            yield str(said.value)


def test_every_event_that_is_written_has_words() -> None:
    found = set(events())
    assert len(found) > 60
    for event in found:
        for words in (event_words(event), record_words(event, "")[0]):
            assert re.fullmatch(r"[A-Z][A-Za-z ,-]+", words), (event, words)


@pytest.mark.parametrize(
    "event, subject, says",
    [
        ("absence.added", "person:5f0c", ("Person", "5f0c")),
        ("school.recorded", "school:7a", ("School", "7a")),
        ("export.made", "report:targets", ("File", "report:targets")),
        ("export.made", "people-2026-06-01", ("File", "people-2026-06-01")),
        ("rule_draft.begun", "5f0c", ("Draft of the rule book", "5f0c")),
        ("programme.loaded", "rules: 2026.toml", ("Rule book", "rules: 2026.toml")),
        ("tea.poured", "", ("Tea", "")),
    ],
)
def test_a_record_is_told_by_its_kind_and_reference(event: str, subject: str, says: tuple[str, str]) -> None:
    assert record_words(event, subject) == says


def test_details_say_codes_days_and_numbers_and_leave_out_what_may_be_somebodys() -> None:
    said = detail_words(
        {
            "course": "PREV-AW",
            "completed_on": "2026-05-01",
            "whole": True,
            "lines": 1200,
            "permissions": ["auditor"],
            "filters": {"unit": "b3f0"},
            "person_id": 12,
            "request": 4,
            "post": "100234",
            "text": "Ann Example is away",
            "reason": "twice",
        }
    )
    assert said == (
        "Course: PREV-AW. Completed on: 1 May 2026. To its end: yes. Rows: 1,200. Permissions: auditor. "
        "Filters: unit b3f0"
    )
    assert reason_words({"reason": "twice"}) == "Twice"
    assert reason_words({"reason": "Ann Example is away"}) == ""


def test_a_trail_that_is_too_long_says_from_when_on_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "MOST_EVENTS", 2)
    acts = [
        TrailEvent(MOMENT - timedelta(hours=hour), "account:a", "Uma Tester", "sign_in.accepted", "account:a")
        for hour in range(3)
    ]
    whole = made(trail, Upkeep(of_trail=acts[:2])).tables[0]
    cut = made(trail, Upkeep(of_trail=acts)).tables[0]
    assert len(whole.rows) == len(cut.rows) == 2
    assert "Only the latest" not in whole.note
    assert cut.note.startswith(
        "Only the latest 2 acts are shown, the earliest of them on 1 June 2026, 08:00."
    )


@pytest.mark.parametrize("module", REPORTS, ids=lambda one: one.DEFINITION.key)
def test_what_names_people_is_not_published_and_shows_no_figures(module: object) -> None:
    definition = module.DEFINITION  # type: ignore[attr-defined]  # a module of the catalogue
    report = made(module, Upkeep())
    assert names_anybody(report.tables)
    assert not definition.is_publishable
    assert not definition.shows_figures
    assert definition.readers in (Readers.EVERYBODY, Readers.RECORD, Readers.TRAIL)
