"""Commentary: it stands in the report of its day, is kept with it for good, and nobody overwrites another unseen."""

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import text

from compliance.domain.figures import Rag
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from reports import store
from reports.domain.commentary import LONGEST_WORDS, Said
from reports.domain.description import Cell, Format, Report
from reports.services import commentary, freezing
from reports.services.building import build
from reports.services.commentary import SaidMeanwhile
from reports.services.rendering import rendered
from tests.integration.compliance.example import FILES, PROGRAMME
from tests.integration.compliance.product import START, Product

DAY, OTHER_DAY = date(2026, 5, 31), date(2026, 4, 30)
COUNCIL = "Example Borough Council"
FIRST = Said("Turnover took us below.", "Prevent Coordinator", Rag.AMBER)
SECOND = Said("Depots are next.", "Head of Depots", Rag.RED)


@pytest.fixture
def borough(product: Product) -> Product:
    """The example council of the commands."""
    product.load("programme", PROGRAMME.encode())
    for kind, content in FILES.items():
        product.load(kind, content.encode())
    return product


def made(product: Product, key: str, day: date = DAY, inside: frozenset[int] | None = None) -> Report:
    return build(product.session, key, day, START, "tests", COUNCIL, inside)


def say(product: Product, key: str, about: str, said: Said, seen: str | None = None) -> None:
    stamp = product.stamp()
    with transaction(product.session) as session:
        commentary.say(session, stamp, key, DAY, about, said, seen)


def standing(product: Product, about: str = "AWARE") -> str:
    """The public id of what stands; empty: nothing."""
    found = store.standing_notes(product.session, "targets", DAY).get(about)
    return found.public_id if found else ""


def in_the_table(report: Report) -> list[Cell]:
    (table,) = report.tables
    return [row[table.place("commentary")] for row in table.rows]


def events(product: Product) -> list[str]:
    query = "SELECT event FROM audit_event WHERE event LIKE 'commentary.%' ORDER BY id"
    return list(product.session.scalars(text(query)))


def test_commentary_stands_in_the_report_of_its_day_and_of_no_other(borough: Product) -> None:
    assert in_the_table(made(borough, "targets")) == [None]
    say(borough, "targets", "AWARE", FIRST)
    (cell,) = in_the_table(made(borough, "targets"))
    assert str(cell).startswith("Amber")
    assert str(cell).endswith("Turnover took us below.")
    assert in_the_table(made(borough, "targets", OTHER_DAY)) == [None]


def test_a_report_of_some_organisations_has_none_of_it(borough: Product) -> None:
    say(borough, "targets", "AWARE", FIRST)
    council = borough.session.execute(text("SELECT id FROM organisation")).scalar_one()
    assert in_the_table(made(borough, "targets", inside=frozenset({council}))) == [None]


def test_a_kept_report_says_for_good_what_was_said_when_it_was_kept(borough: Product) -> None:
    say(borough, "targets", "AWARE", FIRST)
    say(borough, "annual", "summary", FIRST)
    before = {}
    for key in ("targets", "annual"):
        stamp = borough.stamp()
        ready = freezing.make_ready(borough.session, stamp.at, key, DAY, "tests", COUNCIL)
        with transaction(borough.session) as session:
            frozen = freezing.keep(session, stamp, ready)
        report = freezing.opened(borough.session, frozen.reference)[1]
        before[frozen.reference] = {form: rendered(report, form) for form in Format}
    say(borough, "targets", "AWARE", SECOND)
    say(borough, "annual", "summary", Said(""))
    for reference, files in before.items():
        report = freezing.opened(borough.session, reference)[1]
        assert {form: rendered(report, form) for form in Format} == files
        words = "".join(page.extract_text() for page in PdfReader(BytesIO(files[Format.PDF])).pages)
        assert "Turnover" in words
        assert "Depots" not in words
    assert "Depots are next." in str(in_the_table(made(borough, "targets")))


def test_a_change_takes_one_out_and_records_another_and_the_earlier_words_stay(borough: Product) -> None:
    for said in (FIRST, SECOND, Said("")):
        say(borough, "targets", "AWARE", said, standing(borough))
    assert standing(borough) == ""
    found = store.notes_about(borough.session, "targets", DAY, "AWARE")
    assert [note.said for note in found] == [SECOND, FIRST]
    assert all(note.gone_at for note in found)
    history = commentary.history(borough.session, "targets", DAY, "AWARE")
    assert [one.note.said for one in history] == [SECOND, FIRST]
    assert events(borough) == ["commentary.recorded", "commentary.changed", "commentary.taken_out"]
    details = borough.session.scalars(text("SELECT details FROM audit_event WHERE event LIKE 'commentary.%'"))
    assert not any("Turnover" in str(one) or "Coordinator" in str(one) for one in details)


def test_saying_the_same_again_records_nothing(borough: Product) -> None:
    say(borough, "targets", "AWARE", FIRST)
    before = standing(borough)
    say(borough, "targets", "AWARE", FIRST, before)
    say(borough, "annual", "summary", Said(""), "")
    assert standing(borough) == before
    assert events(borough) == ["commentary.recorded"]


def test_whoever_comes_second_is_told_and_saves_nothing(borough: Product) -> None:
    say(borough, "targets", "AWARE", FIRST, "")
    with pytest.raises(SaidMeanwhile) as told:
        say(borough, "targets", "AWARE", SECOND, "")
    assert told.value.now is not None
    assert told.value.now.said == FIRST
    seen = standing(borough)
    say(borough, "targets", "AWARE", Said(""), seen)
    with pytest.raises(SaidMeanwhile) as told:
        say(borough, "targets", "AWARE", SECOND, seen)
    assert told.value.now is None
    assert standing(borough) == ""


@pytest.mark.parametrize(
    "said, says",
    [
        (Said("x" * (LONGEST_WORDS + 1), "Lead"), "2,000 characters"),
        (Said("Words.", "y" * 201), "200 characters"),
        (Said("Words."), "who answers for it"),
        (Said("  \n ", "Lead", Rag.RED), "a colour alone"),
    ],
)
def test_what_cannot_be_said_is_refused_in_plain_words(borough: Product, said: Said, says: str) -> None:
    with pytest.raises(DomainError, match=says):
        say(borough, "targets", "AWARE", said)
    assert standing(borough) == ""


def test_there_is_no_commentary_on_what_is_not_there(borough: Product) -> None:
    for key, about in (("targets", "NOPE"), ("annual", "AWARE"), ("expiring", "AWARE"), ("nothing", "x")):
        with pytest.raises(NotFound):
            say(borough, key, about, FIRST)


def test_of_a_day_to_come_nothing_can_be_said(borough: Product, app: Flask) -> None:
    stamp = borough.stamp()
    to_come = stamp.at.date() + timedelta(days=1)
    with pytest.raises(DomainError, match="Of a day to come"), transaction(borough.session) as session:
        commentary.say(session, stamp, "targets", to_come, "AWARE", FIRST, None)
    of_it = ["targets", "--as-at", "2098-05-31", "--about", "AWARE", "--said-by", "Lead", "--words", "x"]
    refused = app.test_cli_runner().invoke(args=["reports", "comment", *of_it])
    assert refused.exit_code == 1
    assert "Of a day to come" in refused.stderr
    assert events(borough) == []


def test_the_commands_say_list_and_refuse(borough: Product, app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    of_it = ["targets", "--as-at", DAY.isoformat()]
    more = ["--about", "AWARE", "--rag", "amber", "--said-by", "Prevent Coordinator"]
    assert runner.invoke(args=["reports", "comment", *of_it, *more, "--words", "First."]).exit_code == 0
    assert runner.invoke(args=["reports", "comment", *of_it, *more, "--words", "Second."]).exit_code == 0
    listed = json.loads(runner.invoke(args=["reports", "comments", *of_it, "--format", "json"]).stdout)
    (row,) = listed["rows"]
    assert (row["about"], row["rag"], row["words"]) == ("AWARE", "amber", "Second.")
    refused = runner.invoke(args=["reports", "comment", *of_it, "--about", "NOPE", "--words", "x"])
    assert refused.exit_code == 1
    assert "Its parts: AWARE." in refused.stderr
    reference = runner.invoke(args=["reports", "freeze", *of_it]).stdout.partition(":")[0]
    file = tmp_path / "kept.pdf"
    opened = ["reports", "open", reference, "--format", "pdf", "--output", str(file)]
    assert runner.invoke(args=opened).exit_code == 0
    assert "Second." in "".join(page.extract_text() for page in PdfReader(file).pages)
