"""To build a statement takes longer than the database takes to answer it, so pages build theirs once.

Nor does a page ask the same thing twice: to ask at all takes longer than the answer.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event

from tests.borough import HOMES, Borough
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is built from here on."""
    found: list[str] = []
    build = Select.__init__

    def noted(select: Select[*tuple[Any, ...]], *columns: Any) -> None:
        build(select, *columns)
        found.append(str(select))

    monkeypatch.setattr(Select, "__init__", noted)
    return found


@pytest.mark.parametrize(
    "reader, path",
    [
        ("staff", "/my-training"),
        ("manager", "/my-team"),
        ("manager", "/my-team?scope=everyone&unit=out"),
        ("manager", "/people/{person}"),
        ("partner", "/people/{partner}"),
        ("coordinator", "/people/{person}"),
        ("coordinator", "/people?unit={unit}&show=expired"),
        ("coordinator", "/reports/plan"),
        ("learning", "/people/{person}"),
        ("learning", "/people/find?q=sam"),
        ("learning", "/people/find/suggest?q=sam"),
        ("learning", "/imports"),
    ],
)
def test_a_page_builds_no_statement_when_it_is_asked_for_again(
    sign_in: SignIn, borough: Borough, built: list[str], reader: str, path: str
) -> None:
    client = sign_in(reader)
    page = path.format(person=borough.people["Sam"], partner=borough.people["Pat"], unit=borough.units[HOMES])
    assert client.get(page).status_code == 200
    built.clear()
    assert client.get(page).status_code == 200
    assert built == []


@pytest.fixture
def asked() -> Iterator[list[tuple[str, str]]]:
    """Every question that is put to a database from here on, with its values."""
    found: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        found.append((statement, repr(values)))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "reader, path",
    [
        ("staff", "/my-training"),
        ("staff", "/people/{person}"),
        ("manager", "/people/{person}"),
        ("coordinator", "/people/{person}"),
        ("coordinator", "/reports/plan"),
        ("learning", "/people/{person}"),
        ("learning", "/people/find?q=sam"),
        ("learning", "/imports"),
    ],
)
def test_a_page_asks_nothing_twice(
    sign_in: SignIn, borough: Borough, asked: list[tuple[str, str]], reader: str, path: str
) -> None:
    client = sign_in(reader)
    page = path.format(person=borough.people["Sam"])
    assert client.get(page).status_code == 200
    asked.clear()
    assert client.get(page).status_code == 200
    assert [question for question, times in Counter(asked).items() if times > 1] == []
    assert sum("FROM role_grant" in statement for statement, _ in asked) <= 1
