"""Reports of generated boroughs say what the engine says, as do the rows behind them; frozen, they say it for good."""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from compliance.services.bridge import Moved
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from reports import store
from reports.domain.description import Cell, Format, Percent, Report, Table
from reports.services import freezing
from reports.services.building import build
from reports.services.catalogue import CATALOGUE, find
from reports.services.rendering import rendered
from reports.store import Frozen
from tests.integration.compliance.acts import Act, programmes, whole_workforce
from tests.integration.compliance.acts import files as any_file
from tests.integration.compliance.example import FILES, PROGRAMME
from tests.integration.compliance.product import START, Answer, Product

DAY = date(2026, 5, 31)
BEFORE = date(2025, 12, 31)
COUNCIL = "Example Borough Council"


def do(product: Product, act: Act) -> None:
    """Do an act; what is refused changes nothing."""
    try:
        product.load(act.kind, act.content.encode(), **act.options)
    except DomainError:
        product.session.rollback()


def made(product: Product, key: str, day: date = DAY) -> Report:
    return build(product.session, key, day, START, "tests", COUNCIL)


def table_of(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


def columns(table: Table, *keys: str) -> list[tuple[Cell, ...]]:
    """Some columns of a table, row by row."""
    places = [table.place(key) for key in keys]
    return [tuple(row[at] for at in places) for row in table.rows]


def of_engine(row: Answer) -> tuple[int, int, Percent]:
    counted, in_date = row["counted"], row["compliant"]
    return counted, in_date, Percent(in_date, counted)


BOROUGHS = st.tuples(programmes(), whole_workforce(), st.lists(any_file(), max_size=4))


def test_every_number_is_the_engines_and_the_sum_of_its_rows(product: Product) -> None:
    @product.examples(12, 3, 200)
    @given(BOROUGHS)
    def tried(borough: tuple[Act, Act, list[Act]]) -> None:
        product.reset()
        programme, people, later = borough
        for act in (programme, people, *later):
            do(product, act)
        whole = product.figures([DAY])[0]["rows"]
        by_organisation = product.figures([DAY], "organisation")[0]["rows"]
        directorates = made(product, "directorates")
        for table, rows in (("whole", whole), ("organisations", by_organisation)):
            printed = columns(table_of(directorates, table), "counted", "in_date", "percent")
            assert printed == [of_engine(row) for row in rows]
        targets = columns(table_of(made(product, "targets"), "targets"), "requirement", "in_date", "counted")
        assert targets == [(row["requirement"], row["compliant"], row["counted"]) for row in whole]
        trend = made(product, "trend")
        last = [
            row for row in columns(table_of(trend, "trend"), "day", "counted", "in_date") if row[0] == DAY
        ]
        assert [row[1:] for row in last] == [(row["counted"], row["compliant"]) for row in whole]
        for code in {row["requirement"] for row in whole}:
            adds_up(columns(table_of(trend, "movement"), "requirement", "counted", "in_date"), code)
        frozen = freeze(product, "directorates")
        _, _, behind = freezing.opened(product.session, frozen.reference)
        for row in whole:
            mine = [
                one
                for one in columns(behind, "requirement", "counted", "in_date")
                if one[0] == row["requirement"]
            ]
            sums = [
                sum(number for number in numbers if isinstance(number, int))
                for numbers in list(zip(*mine, strict=True))[1:]
            ]
            assert (sums or [0, 0]) == [row["counted"], row["compliant"]]

    tried()


def adds_up(rows: Sequence[tuple[Cell, ...]], code: str) -> None:
    """The first line and all changes give the last line."""
    mine = [row[1:] for row in rows if row[0] == code]
    if not mine:
        return
    for numbers in zip(*mine, strict=True):
        *movement, after = (number for number in numbers if isinstance(number, int))
        assert sum(movement) == after


def freeze(product: Product, key: str, day: date = DAY) -> Frozen:
    stamp = product.stamp()
    ready = freezing.make_ready(product.session, stamp.at, key, day, "tests", COUNCIL)
    with transaction(product.session) as session:
        return freezing.keep(session, stamp, ready)


@pytest.fixture
def borough(product: Product) -> Product:
    """The example council of the commands."""
    product.load("programme", PROGRAMME.encode())
    for kind, content in FILES.items():
        product.load(kind, content.encode())
    return product


def test_a_frozen_report_is_the_same_to_the_byte_after_a_thousand_changes(borough: Product) -> None:
    frozen = freeze(borough, "directorates")
    early = freeze(borough, "targets", BEFORE)
    before = {form: rendered(freezing.opened(borough.session, frozen.reference)[1], form) for form in Format}
    people = [row["person_ref"] for row in borough.people(DAY)]
    draw = random.Random(1)
    changes = 0
    while changes < 1000:
        rows = {
            (
                draw.choice(people),
                draw.choice(("PREV-AW", "PREV-RF", "WRAP")),
                START.date() - timedelta(draw.randrange(900)),
            )
            for _ in range(60)
        }
        lines = [
            f"{person},{course},{day},{draw.choice(('verified', 'rejected', 'awaiting'))}"
            for person, course, day in sorted(rows)
        ]
        borough.load(
            "completions", "\n".join(["person_ref,course_code,completed_on,evidence", *lines]).encode()
        )
        changes += len(lines)
    leavers = [f"{person},other,2025-01-01,2027-01-01" for person in people[:3]]
    borough.load("absences", "\n".join(["person_ref,kind,first_day,last_day", *leavers]).encode())
    _, report, behind = freezing.opened(borough.session, frozen.public_id)
    assert {form: rendered(report, form) for form in Format} == before
    assert {row[0] for row in behind.rows} == set(people)
    later = freeze(borough, "directorates")
    for first, second in ((frozen, later), (early, later), (later, early), (early, frozen)):
        moved: dict[str, list[int]] = {}

        def note(one: Moved, moved: dict[str, list[int]] = moved) -> None:
            sums = moved.setdefault(one.requirement, [0, 0])
            sums[0] += one.counted
            sums[1] += one.in_date

        for bridge in freezing.compare(borough.session, first, second, note):
            assert bridge.adds_up
            difference = [
                bridge.after.counted - bridge.before.counted,
                bridge.after.in_date - bridge.before.in_date,
            ]
            assert moved.get(bridge.requirement, [0, 0]) == difference
    ends = freezing.compare(borough.session, frozen, later)
    whole = {
        row[0]: row[1:] for row in columns(table_of(report, "whole"), "requirement", "counted", "in_date")
    }
    assert {one.requirement: (one.before.counted, one.before.in_date) for one in ends} == whole


def test_what_was_frozen_cannot_be_changed_and_a_change_would_be_seen(
    borough: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = freeze(borough, "targets")
    for statement in ("UPDATE frozen_report SET as_at = '2020-01-01'", "DELETE FROM frozen_report"):
        with (
            pytest.raises(DatabaseError, match="facts are never changed"),
            transaction(borough.session) as session,
        ):
            session.execute(text(statement))
    description, behind = store.texts_of(borough.session, frozen)
    monkeypatch.setattr(store, "texts_of", lambda *_: (description.replace("70%", "75%"), behind))
    with pytest.raises(DomainError, match="is not what was frozen"):
        freezing.opened(borough.session, frozen.reference)


def test_references_count_up_within_a_year_and_every_freezing_is_in_the_trail(borough: Product) -> None:
    found = [freeze(borough, "targets").reference for _ in range(3)]
    assert found == ["R-2026-001", "R-2026-002", "R-2026-003"]
    events = borough.session.execute(
        text("SELECT count(*) FROM audit_event WHERE event = 'report.frozen'")
    ).scalar_one()
    assert events == 3
    with pytest.raises(NotFound):
        freezing.opened(borough.session, "R-2026-004")


@pytest.mark.parametrize("definition", CATALOGUE, ids=lambda one: one.key)
def test_every_report_of_the_catalogue_is_made_in_every_format_also_of_nobody(
    product: Product, definition: object
) -> None:
    key = definition.key  # type: ignore[attr-defined]  # a Definition, which pytest hands over as an object
    for form in Format:
        assert rendered(made(product, key), form)


def test_an_unknown_report_is_refused(product: Product) -> None:
    assert find("nothing") is None
    with pytest.raises(NotFound, match="There is no report"):
        made(product, "nothing")


def test_the_commands_list_build_freeze_open_and_compare(
    borough: Product, app: Flask, tmp_path: Path
) -> None:
    runner = app.test_cli_runner()
    listed = json.loads(runner.invoke(args=["reports", "list", "--format", "json"]).stdout)
    assert [row["key"] for row in listed["rows"]] == [one.key for one in CATALOGUE]
    file = f"{tmp_path}/report.csv"
    build_it = ["reports", "build", "targets", "--as-at", "2026-05-31", "--format", "csv", "--output", file]
    assert runner.invoke(args=build_it).exit_code == 0
    assert "As at,31 May 2026" in Path(file).read_text(encoding="utf-8-sig")
    for day in ("2025-12-31", "2026-05-31"):
        answer = runner.invoke(args=["reports", "freeze", "targets", "--as-at", day])
        assert answer.exit_code == 0, answer.stderr
    frozen = json.loads(runner.invoke(args=["reports", "frozen", "--format", "json"]).stdout)["rows"]
    names = [row["reference"] for row in frozen]
    assert [row["as_at"] for row in frozen] == ["2026-05-31", "2025-12-31"]
    opened = runner.invoke(
        args=["reports", "open", names[0], "--format", "html", "--output", f"{tmp_path}/r.html"]
    )
    assert opened.exit_code == 0, opened.stderr
    compared = json.loads(
        runner.invoke(args=["reports", "compare", *reversed(names), "--format", "json"]).stdout
    )
    rows = [(row["requirement"], row["counted"], row["in_date"]) for row in compared["rows"]]
    adds_up(rows, "AWARE")


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["build", "nothing", "--format", "csv", "--output", "x.csv"], "There is no report"),
        (["build", "expiring", "--public", "--format", "csv", "--output", "x.csv"], "list of people"),
        (["freeze", "targets", "--as-at", "2999-01-01"], "still to come"),
        (["open", "R-1", "--format", "csv", "--output", "x.csv"], "There is no frozen report"),
        (["compare", "R-1", "R-2"], "There is no frozen report"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = app.test_cli_runner().invoke(args=["reports", *arguments])
    assert answer.exit_code == 1
    assert says in answer.stderr
