"""A report that is kept comes from one snapshot, and nobody waits while it is made."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from courses.services import imports
from foundation.db import db, transaction
from foundation.stamp import Stamp
from reports.domain.description import Cell
from reports.services import freezing
from reports.services.building import build
from reports.services.freezing import Ready
from reports.store import Frozen
from tests.integration.compliance.example import FILES, PROGRAMME
from tests.integration.compliance.product import TODAY, Product
from tests.integration.reports.test_reports import COUNCIL, DAY, columns, table_of

KEYS = ("requirement", "counted", "in_date")


@pytest.fixture
def council(product: Product) -> Product:
    """The example council of the commands."""
    product.load("programme", PROGRAMME.encode())
    for kind, content in FILES.items():
        product.load(kind, content.encode())
    return product


@pytest.fixture
def engine(council: Product, app: Flask) -> Engine:
    """The engine behind the session, for a second writer."""
    return db.engine


def everybody_trained(council: Product) -> bytes:
    """A file after which more people are in date than before."""
    people = sorted({row["person_ref"] for row in council.people(DAY)})
    lines = [f"{person},PREV-AW,2026-05-01,verified" for person in people]
    return "\n".join(["person_ref,course_code,completed_on,evidence", *lines]).encode()


def write(session: Session, stamp: Stamp, content: bytes) -> None:
    """Record the completions of a file."""
    imports.import_completions(session, stamp, imports.read_completions(content, "more.csv", TODAY))


def made_ready(council: Product) -> Ready:
    return freezing.make_ready(council.session, council.stamp().at, "directorates", DAY, "tests", COUNCIL)


def kept(council: Product, ready: Ready) -> Frozen:
    with transaction(council.session) as session:
        return freezing.keep(session, council.stamp(), ready)


def figures(council: Product, frozen: Frozen) -> tuple[list[tuple[Cell, ...]], dict[str, list[int]]]:
    """What a kept report says of each requirement, and what the people behind it add up to."""
    _, report, behind = freezing.opened(council.session, frozen.reference)
    sums: dict[str, list[int]] = {}
    for code, *numbers in columns(behind, *KEYS):
        of_code = sums.setdefault(str(code), [0, 0])
        for at, number in enumerate(numbers):
            assert isinstance(number, int)
            of_code[at] += number
    return columns(table_of(report, "whole"), *KEYS), sums


def as_known(council: Product, frozen: Frozen) -> list[tuple[Any, ...]]:
    """What the engine says that was known at the moment of a kept report."""
    rows = council.figures([DAY], known_at=frozen.known_at)[0]["rows"]
    return [(row["requirement"], row["counted"], row["compliant"]) for row in rows]


def agrees(council: Product, frozen: Frozen) -> list[tuple[Cell, ...]]:
    """The kept figures, once they agree with the kept rows, and with what was known at the kept moment."""
    shown, sums = figures(council, frozen)
    assert shown == as_known(council, frozen)
    assert {str(code): list(numbers) for code, *numbers in shown if any(numbers)} == sums
    head = freezing.opened(council.session, frozen.reference)[1].head
    assert head.known_at == frozen.known_at <= head.made_at
    return shown


def test_what_is_written_while_it_is_made_is_not_in_it_and_does_not_wait(
    council: Product, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(council, made_ready(council))
    content = everybody_trained(council)

    def build_then_somebody_writes(*asked: Any, **more: Any) -> object:
        report = build(*asked, **more)
        with Session(engine) as other, transaction(other, wait_seconds=1):
            write(other, council.stamp(), content)
        return report

    monkeypatch.setattr("reports.services.freezing.build", build_then_somebody_writes)
    during = kept(council, made_ready(council))
    monkeypatch.undo()
    after = kept(council, made_ready(council))
    assert agrees(council, during) == agrees(council, before)
    assert agrees(council, after) != agrees(council, before)
    (moved,) = freezing.compare(council.session, before, during)
    assert moved.before == moved.after


def test_what_is_being_written_when_it_is_made_is_not_known_at_its_moment(
    council: Product, engine: Engine
) -> None:
    content = everybody_trained(council)
    before = kept(council, made_ready(council))
    with Session(engine) as other, transaction(other):
        write(other, council.stamp(), content)
        ready = made_ready(council)
    during = kept(council, ready)
    assert agrees(council, during) == agrees(council, before)
    (moved,) = freezing.compare(council.session, during, kept(council, made_ready(council)))
    assert moved.before.in_date < moved.after.in_date


def test_the_moment_is_never_one_to_come(council: Product) -> None:
    early = council.now - timedelta(days=1)
    ready = freezing.make_ready(council.session, early, "directorates", date(2026, 5, 1), "tests", COUNCIL)
    assert ready.known_at == early


def test_the_transaction_that_keeps_it_asks_nothing_of_the_people(council: Product, engine: Engine) -> None:
    ready = made_ready(council)
    with transaction(council.session) as session:
        session.execute(text("DELETE FROM status_span"))
        frozen = freezing.keep(session, council.stamp(), ready)
    shown, sums = figures(council, frozen)
    assert sums
    assert any(numbers[1] for numbers in shown)
