"""As known at an earlier moment, a unit is read from the facts of its own people, and says what all facts would say."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from compliance.services import bridge_sources, lists, sources
from compliance.services.bridge import bridge
from compliance.services.bridge_sources import End
from compliance.services.figures import By, Question, figures, figures_on
from compliance.store.facts import facts_of
from foundation import clock
from people.store import in_chunks
from tests.borough import HOMES, PARTNER, RESOURCES, Borough
from tests.integration.web.staff import adding

MODULES = (sources, lists, bridge_sources)


@pytest.fixture
def moved(session: Session, borough: Borough) -> Borough:
    """Somebody left the homes for the resources, somebody works in both, and somebody is with a partner too."""
    with adding(session, borough) as builder:
        builder.post("Vic", HOMES, "Mo", days=400, ended=200)
        builder.post("Uma", HOMES, "Mo", days=50)
        builder.post("Kit", PARTNER)
    return borough


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Whose facts are read."""
    found: set[int] = set()

    def noted(session: Session, some: Any, *more: Any) -> Any:
        found.update(some.ids)
        return facts_of(session, some, *more)

    for module in MODULES:
        monkeypatch.setattr(module, "facts_of", noted)
    return found


def answers(session: Session, borough: Borough, question: Question) -> tuple[Any, ...]:
    """What is said of a question as the record stood a moment ago: figures, breakdowns, trend, people, the bridge."""
    now, today = clock.now(), borough.today
    asked = replace(question, known_at=now)
    days = [today - timedelta(days=one) for one in (300, 100, 0)]
    first, last = End(days[0], now - timedelta(minutes=1)), End(today, now)
    bridged = bridge(session, first, last, question)
    return (
        figures(session, today, asked),
        [figures(session, today, replace(asked, by=by)) for by in By],
        figures_on(session, days, asked),
        list(lists.every_as_known(session, today, asked)),
        bridged,
    )


QUESTIONS = [
    Question(unit=HOMES),
    Question(unit=RESOURCES),
    Question(unit="Community Solutions"),
    Question(organisation=PARTNER),
    Question(organisation_ids=frozenset()),
    Question(),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_what_is_read_of_a_unit_says_what_everybody_read_would_say(
    session: Session, moved: Borough, monkeypatch: pytest.MonkeyPatch, question: Question
) -> None:
    found = answers(session, moved, question)
    for module in MODULES:
        monkeypatch.setattr(module, "handfuls", lambda session, *_: in_chunks(session))
    assert repr(found) == repr(answers(session, moved, question))


def test_below_a_unit_the_facts_of_its_own_people_alone_are_read(
    session: Session, moved: Borough, read: set[int]
) -> None:
    names = {number: name for name, number in moved.ids.items()}
    asked = Question(unit=RESOURCES, known_at=clock.now())
    figures(session, moved.today, asked)
    own = {"Kit", "Uma", "Vic"}
    assert {names[one] for one in read} == own
    read.clear()
    list(lists.every_as_known(session, moved.today, asked))
    assert {names[one] for one in read} == own
    read.clear()
    figures(session, moved.today, Question(known_at=clock.now()))
    assert {names[one] for one in read} == set(moved.ids)
