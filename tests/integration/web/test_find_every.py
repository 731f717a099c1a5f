"""A file of everybody who was found has them in the order of the pages, and asks for that order once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from people.services.finding import search
from people.services.finding.search import Wanted, find, find_every
from people.services.finding.statements import Sort, Working
from people.store import tree
from tests.borough import Borough
from tests.integration.web.staff import adding


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    """What is asked of the database."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("downwards", [False, True])
def test_everybody_comes_in_the_order_of_the_pages_whatever_is_read_at_a_time(
    session: Session, borough: Borough, monkeypatch: pytest.MonkeyPatch, sort: Sort, downwards: bool
) -> None:
    monkeypatch.setattr(search, "CHUNK", 4)
    wanted = Wanted(borough.today, tree(session), working=Working.EVERYONE, sort=sort, downwards=downwards)
    on_the_page, page = find(session, wanted)
    assert page.pages == 1
    assert page.total > 12
    assert list(find_every(session, wanted)) == on_the_page


def test_people_of_one_name_keep_the_order_of_their_numbers(
    session: Session, borough: Borough, monkeypatch: pytest.MonkeyPatch
) -> None:
    with adding(session, borough) as builder:
        builder.post("Two", "Resources", "Mo")
    monkeypatch.setattr(search, "CHUNK", 1)
    wanted = Wanted(borough.today, tree(session), words=("tester",), downwards=True)
    assert list(find_every(session, wanted)) == find(session, wanted)[0]


def test_the_order_is_asked_for_once_however_many_there_are(
    session: Session, borough: Borough, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    monkeypatch.setattr(search, "CHUNK", 3)
    wanted = Wanted(borough.today, tree(session), working=Working.EVERYONE)
    statements.clear()
    people = list(find_every(session, wanted))
    sorted_ones = [one for one in statements if "ORDER BY" in one and "person_detail" in one]
    assert len(sorted_ones) == 1
    assert not any("OFFSET" in one for one in statements)
    assert len(statements) == 1 + 2 * -(-len(people) // 3)
