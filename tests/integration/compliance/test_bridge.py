"""The bridge between two figures: on the command line, of the borough; and on random histories of a record.

Whatever was done to the record, it leads from the one figure to the other, names everybody whose part changed and no
one else, says the same from the tables as from the facts, and backwards the same with its signs turned.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, note
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from compliance.domain.bridge import Bridge, BridgeLine, Reason
from compliance.services.bridge import Moved, bridge
from compliance.services.bridge_sources import End
from compliance.services.figures import Question
from compliance.services.lists import Lists, every_as_known
from foundation.errors import DomainError
from tests.borough import AWARE, HOMES, PARTNER, RESOURCES, Borough
from tests.integration.compliance.acts import (
    LATER,
    ORGANISATIONS,
    REBUILD,
    UNDO,
    Act,
    anything,
    programmes,
    whole_workforce,
)
from tests.integration.compliance.product import Product
from tests.integration.imports.desk import Shell
from tests.integration.settled import settle

TODAY = date(2026, 3, 31)
START = TODAY - timedelta(days=120)
FROM_TO = ("compliance", "bridge", "--from", str(START), "--to", str(TODAY))
KEYS = (
    *("requirement", "line", "people", "counted", "in_date"),
    *("counted_more", "counted_fewer", "in_date_more", "in_date_fewer", "percent"),
)
Row = dict[str, Any]


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, TODAY)


@pytest.fixture
def shell(borough: Borough, app: Flask, tmp_path: Path) -> Shell:
    return Shell(app, tmp_path)


def rows(shell: Shell, *arguments: str) -> list[Row]:
    found: list[Row] = shell.json(*FROM_TO, *arguments)["rows"]
    return found


def in_short(found: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in ("line", "people", "counted", "in_date")) for row in found]


def test_the_bridge_leads_from_one_figure_to_the_other(shell: Shell) -> None:
    answer = shell.json(*FROM_TO, "--requirement", AWARE)
    assert set(answer) == {"from", "to", "figures", "rows"}
    assert answer["from"]["as_at"] == str(START)
    assert answer["to"]["as_at"] == str(TODAY)
    assert answer["from"]["known_at"] == answer["to"]["known_at"]
    assert in_short(answer["rows"]) == [
        ("from", None, 17, 1),
        ("left", 1, -1, 0),
        ("absence", 2, -2, 0),
        ("newly_trained", 7, 0, 7),
        ("to", None, 14, 8),
    ]
    assert all(tuple(row) == KEYS for row in answer["rows"])
    assert [row["percent"] for row in answer["rows"]] == ["5.8", None, None, None, "57.1"]
    (figure,) = answer["figures"]
    for end, day in (("from", START), ("to", TODAY)):
        (shown,) = shell.json("compliance", "show", "--as-at", str(day), "--requirement", AWARE)["rows"]
        of_target = ("target", "target_met", "people_to_target", "rag")
        assert figure[end] == {
            key: value for key, value in (shown | dict.fromkeys(of_target)).items() if key in figure[end]
        }


def test_without_a_requirement_there_is_a_bridge_for_each(shell: Shell) -> None:
    found = rows(shell)
    codes = list(dict.fromkeys(row["requirement"] for row in found))
    assert codes == sorted(codes)
    assert [row["line"] for row in found if row["line"] in ("from", "to")] == ["from", "to"] * len(codes)
    for code in codes:
        adds_up([row for row in found if row["requirement"] == code])


def adds_up(found: Sequence[Row]) -> None:
    first, *lines, last = found
    for number in ("counted", "in_date"):
        assert first[number] + sum(line[number] for line in lines) == last[number]
        assert all(line[number] == line[f"{number}_more"] - line[f"{number}_fewer"] for line in lines)


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (
            ("--unit", RESOURCES),
            [("from", None, 3, 0), ("left", 1, -1, 0), ("newly_trained", 1, 0, 1), ("to", None, 2, 1)],
        ),
        (("--organisation", PARTNER), [("from", None, 6, 0), ("newly_trained", 3, 0, 3), ("to", None, 6, 3)]),
    ],
)
def test_it_is_narrowed_to_a_unit_or_an_organisation(
    shell: Shell, arguments: tuple[str, ...], expected: list[tuple[Any, ...]]
) -> None:
    assert in_short(rows(shell, "--requirement", AWARE, *arguments)) == expected


def test_the_people_behind_each_line_are_named(shell: Shell) -> None:
    found = rows(shell, "--requirement", AWARE, "--people")
    assert [(row["reason"], row["name"]) for row in found] == [
        ("left", "Lee Tester"),
        ("absence", "Bo Tester"),
        ("absence", "Cy Tester"),
        *(("newly_trained", f"{name} Tester") for name in ("Dana", "Mo", "Pat", "Per", "Pia", "Two", "Vic")),
    ]
    lee, bo, *_, vic = found
    assert (lee["before"], lee["after"], lee["counted"], lee["in_date"]) == ("outstanding", None, -1, 0)
    assert (bo["before"], bo["after"], bo["counted"], bo["in_date"]) == ("outstanding", "absent", -1, 0)
    assert (vic["before"], vic["after"], vic["counted"], vic["in_date"]) == ("outstanding", "compliant", 0, 1)
    assert all(row["why"].startswith("Required of everyone since ") for row in found)
    assert [row["person_ref"] for row in found] == [f"N-{row['name'].split()[0]}" for row in found]


def test_who_moves_between_units_is_in_neither_line_of_the_whole(shell: Shell) -> None:
    people = (
        "person_ref,first_name,last_name,organisation,sector,unit,post_ref,job_title,post_start,changed_on\n"
        f"N-Mo,Mo,Tester,Example Borough Council,council,{RESOURCES},P-Mo-{HOMES},Head of homes,,2026-03-01\n"
    )
    file = shell.file("people.csv", people.encode())
    loaded = shell.run("people", "import", file, "--part", "--as-at", str(TODAY), "--apply")
    assert loaded.exit_code == 0, loaded.output
    out = rows(shell, "--requirement", AWARE, "--unit", HOMES, "--people")
    into = rows(shell, "--requirement", AWARE, "--unit", RESOURCES, "--people")
    whole = rows(shell, "--requirement", AWARE, "--people")
    reasons = [{row["name"]: row["reason"] for row in found} for found in (out, into, whole)]
    assert [found["Mo Tester"] for found in reasons] == ["moved", "moved", "newly_trained"]


def test_people_read_words_and_scripts_read_codes(shell: Shell) -> None:
    table = shell.run(*FROM_TO, "--requirement", AWARE).stdout
    assert table.startswith("From 1 December 2025 to 31 March 2026\n")
    assert [re.split("  +", line)[1] for line in table.splitlines()[2:]] == [
        *("1 December 2025", "Left", "Absence or exemption began or ended", "Trained for the first time"),
        "31 March 2026",
    ]
    lines = list(csv.DictReader(io.StringIO(shell.run(*FROM_TO, "--format", "csv").stdout)))
    assert tuple(lines[0]) == KEYS
    assert lines[0]["line"] == "from"


def test_where_nobody_is_counted_people_read_so(shell: Shell) -> None:
    table = shell.run("compliance", "bridge", "--from", "2000-01-01", "--to", "2000-01-02").stdout
    assert "no one counted" in table
    answer = shell.json("compliance", "bridge", "--from", "2000-01-01", "--to", "2000-01-02")
    assert {row["percent"] for row in answer["rows"]} == {None}


def test_what_was_recorded_late_is_a_correction_between_two_moments_only(shell: Shell) -> None:
    known = shell.json(*FROM_TO)["to"]["known_at"]
    file = shell.file(
        "late.csv",
        b"person_ref,course_code,completed_on\n"
        b"N-Uma,PREV,2025-11-01\n"  # before the first day: the first figure should have had it
        b"N-Pip,PREV,2026-01-10\n",  # between the days
    )
    loaded = shell.run("courses", "import-completions", file, "--apply")
    assert loaded.exit_code == 0, loaded.output
    now = in_short(rows(shell, "--requirement", AWARE))
    assert now == [
        *(("from", None, 17, 2), ("left", 1, -1, 0), ("absence", 2, -2, 0)),
        *(("newly_trained", 8, 0, 8), ("to", None, 14, 10)),
    ]
    since = in_short(rows(shell, "--requirement", AWARE, "--known-from", known))
    assert since == [
        *(("from", None, 17, 1), ("left", 1, -1, 0), ("absence", 2, -2, 0)),
        *(("newly_trained", 8, 0, 8), ("correction", 1, 0, 1), ("to", None, 14, 10)),
    ]
    then = shell.json(*FROM_TO, "--requirement", AWARE, "--known-from", known, "--known-to", known)
    assert then["from"]["known_at"] == then["to"]["known_at"] == known
    assert in_short(then["rows"])[-1] == ("to", None, 14, 8)
    same_day = shell.json(
        *("compliance", "bridge", "--from", str(TODAY), "--to", str(TODAY)),
        *("--known-from", known, "--requirement", AWARE),
    )
    assert in_short(same_day["rows"]) == [
        *(("from", None, 14, 8), ("correction", 2, 0, 2), ("to", None, 14, 10)),
    ]


def test_people_have_the_names_that_are_known_at_the_later_moment(shell: Shell) -> None:
    known = shell.json(*FROM_TO)["to"]["known_at"]
    people = (
        "person_ref,first_name,last_name,organisation,sector,unit,post_ref,job_title,post_start\n"
        f"N-Nia,Nia,Starter,Example Borough Council,council,{RESOURCES},P-Nia,Officer,2025-10-01\n"
    )
    loaded = shell.run("people", "import", shell.file("new.csv", people.encode()), "--part", "--apply")
    assert loaded.exit_code == 0, loaded.output
    found = rows(shell, "--requirement", AWARE, "--known-from", known, "--people")
    assert ("became_due", "Nia Starter") in [(row["reason"], row["name"]) for row in found]


@pytest.mark.parametrize(
    "arguments, status, message",
    [
        (("--requirement", "OTHER"), 1, 'There is no requirement "OTHER". There are: AWARE'),
        (("--unit", "Nowhere"), 1, 'There is no unit "Nowhere"'),
        (("--organisation", "Nobody"), 1, 'There is no organisation "Nobody"'),
        (("--known-from", "2026-03-31"), 2, "not a moment with an offset"),
        (("--from", "31/03/2026"), 2, '"31/03/2026" is not a day'),
    ],
)
def test_what_cannot_be_answered_is_told_on_standard_error(
    shell: Shell, arguments: tuple[str, ...], status: int, message: str
) -> None:
    for known in ((), ("--known-to", "2026-06-01T10:00:00+01:00")):
        result = shell.run(*FROM_TO, *known, *arguments)
        assert (result.exit_code, result.stdout) == (status, "")
        assert message in result.stderr


def test_tables_that_do_not_add_up_are_not_explained_away(shell: Shell, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE figure_month SET compliant = compliant + 1 WHERE day = '{TODAY}'"))
    result = shell.run(*FROM_TO)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "do not add up" in result.stderr
    assert "flask compliance rebuild --check" in result.stderr


# Random histories


DAYS = st.lists(st.sampled_from(LATER), min_size=3, max_size=4, unique=True).map(sorted)
PLACES = (Question(), Question("R1"), Question(unit="Care"), Question(organisation=ORGANISATIONS[0]))
Key = tuple[str, str]
"""Person reference and requirement."""


def told(product: Product, start: End, end: End, question: Question) -> tuple[list[Bridge], dict[Key, Moved]]:
    """The bridges, and everybody they move, each once for a requirement."""
    moved: list[Moved] = []
    bridges = bridge(product.session, start, end, question, each=moved.append)
    by_key = {(one.person_ref, one.requirement): one for one in moved}
    assert len(by_key) == len(moved)
    product.session.rollback()
    return bridges, by_key


def leads(
    product: Product, start: End, end: End, question: Question
) -> tuple[list[Bridge], dict[Key, Moved]]:
    """Both ends are the figures, the lines lead from one to the other, and those moved are those whose part changed."""
    bridges, moved = told(product, start, end, question)
    sides = [people_at(product, at, question) for at in (start, end)]
    for one in bridges:
        for figure, people in zip((one.before, one.after), sides, strict=True):
            parts = [part for (_, code), part in people.items() if code == one.requirement]
            assert (figure.counted, figure.in_date) == (sum(c for c, _ in parts), sum(i for _, i in parts))
        assert one.adds_up
        for line in one.lines:
            behind = [
                m for m in moved.values() if (m.requirement, m.reason) == (one.requirement, line.reason)
            ]
            assert len(behind) == line.people > 0
            assert sum(m.counted for m in behind) == line.counted
            assert sum(m.in_date for m in behind) == line.in_date
    before, after = sides
    changed = {
        key for key in before.keys() | after.keys() if before.get(key, (0, 0)) != after.get(key, (0, 0))
    }
    assert moved.keys() == changed
    assert sum(line.people for one in bridges for line in one.lines) == len(changed)
    assert {one.requirement for one in bridges} >= {code for _, code in changed}
    return bridges, moved


def people_at(product: Product, end: End, question: Question) -> dict[Key, tuple[int, int]]:
    """Everybody's part in the figures, from the list of the people behind them."""
    asked = replace(question, known_at=end.known_at)
    if end.known_at is None:
        lists = Lists(product.session)
        found = list(lists.every(end.day, lists.filters(asked)))
    else:
        found = list(every_as_known(product.session, end.day, asked))
    product.session.rollback()
    return {
        (row.person.person_ref, row.requirement): (int(row.status.is_counted), int(row.status.is_compliant))
        for row in found
    }


def mirrored(
    there: tuple[list[Bridge], dict[Key, Moved]], back: tuple[list[Bridge], dict[Key, Moved]]
) -> None:
    """The way back: the same figures, reasons and people, every sign turned."""
    for one, other in zip(there[0], back[0], strict=True):
        assert (one.requirement, one.before, one.after) == (other.requirement, other.after, other.before)
        assert [numbers(line) for line in one.lines] == [
            (reason, people, -counted, -in_date, fewer, more, in_date_fewer, in_date_more)
            for line in other.lines
            for reason, people, counted, in_date, more, fewer, in_date_more, in_date_fewer in [numbers(line)]
        ]
    for key, moved in there[1].items():
        other_way = back[1][key]
        assert (moved.reason, moved.before, moved.after) == (
            other_way.reason,
            other_way.after,
            other_way.before,
        )
    assert there[1].keys() == back[1].keys()


def numbers(line: BridgeLine) -> tuple[Reason, int, int, int, int, int, int, int]:
    more_and_fewer = (line.counted_more, line.counted_fewer, line.in_date_more, line.in_date_fewer)
    return (line.reason, line.people, line.counted, line.in_date, *more_and_fewer)


def do(product: Product, act: Act, batches: list[tuple[str, int]]) -> None:
    """Do it; what is refused changes nothing."""
    note(str(act))
    try:
        if act.kind == REBUILD:
            product.rebuild()
        elif act.kind != UNDO:
            account = product.load(act.kind, act.content.encode(), **act.options)
            if account is not None and account.batch is not None:
                batches.append((act.kind, account.batch))
        elif batches:
            product.undo(*batches[act.which % len(batches)])
            del batches[act.which % len(batches)]
    except DomainError as problem:
        note(f"refused: {problem}")


def test_on_any_history_the_bridge_leads_from_one_figure_to_the_other_and_back(product: Product) -> None:
    @product.examples(30, 8, thorough=600)
    @given(
        first=st.tuples(programmes(), whole_workforce()),
        acts=st.lists(programmes() | anything(), min_size=2, max_size=6),
        data=st.data(),
    )
    def holds(first: Sequence[Act], acts: Sequence[Act], data: st.DataObject) -> None:
        product.reset()
        batches: list[tuple[str, int]] = []
        moments: list[datetime] = []
        for act in (*first, *acts):
            do(product, act, batches)
            moments.append(product.now)
        days = data.draw(DAYS, label="days")
        question = data.draw(st.sampled_from(PLACES), label="question")
        try:
            told(product, End(days[0]), End(days[0]), question)
        except DomainError as problem:  # this history has no such unit or requirement
            note(f"refused: {problem}")
            question = Question()
        for start, end in combinations(map(End, days), 2):
            there = leads(product, start, end, question)
            mirrored(there, told(product, end, start, question))
            known = [End(at.day, moments[-1]) for at in (start, end)]
            assert told(product, known[0], known[1], question) == there, "from the facts as from the tables"
        some_moments = [data.draw(st.sampled_from([None, *moments]), label="known at") for _ in range(2)]
        start, end = (End(*at) for at in zip((days[0], days[-1]), some_moments, strict=True))
        mirrored(leads(product, start, end, question), told(product, end, start, question))

    holds()
