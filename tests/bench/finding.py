"""What is measured of search as you type: the whole answer against SQL written by hand for the same people.

The floor is what somebody would write who needs this one list and nothing else: the words, the posts of today and the
order, through the bare driver; then the page's own template, or the same JSON. It knows no reader, no permission and no
role that a word may name as well, and of units only where it is told that one is meant.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.pagination import PAGE_SIZE
from people.services.finding import words
from people.services.finding.search import SUGGESTED
from tests.bench import floors
from tests.bench.databases import Bare, Place
from tests.bench.measures import Result
from tests.bench.pages import LIST_GOAL, answer_of, ask, client_of, environ_of
from tests.bench.timing import compare

_LAST = "\U0010ffff"
LEAST_FLOOR_MS = 1.0
"""A lower floor counts as this: to know who asks and to answer at all takes longer than to find one person by hand."""

_MEANT = """
  FROM person_detail d JOIN person p ON p.id = d.person_id
 WHERE d.retracted_at IS NULL {words} AND EXISTS (
   SELECT 1 FROM post_spell s WHERE s.person_id = d.person_id AND s.retracted_at IS NULL
      AND s.first_day <= :d AND s.last_day >= :d)"""
_NAMED = "d.id IN (SELECT detail_id FROM person_word WHERE word >= :low_{0} AND word < :high_{0})"
_IN_UNITS = """d.person_id IN (
   SELECT t.person_id FROM post_spell t JOIN unit u ON u.id = t.unit_id JOIN organisation o ON o.id = u.organisation_id
    WHERE t.retracted_at IS NULL AND t.first_day <= :d AND t.last_day >= :d
      AND ' ' || lower(o.name || ' ' || u.path) LIKE :like_{0})"""
_LISTED = """
SELECT d.person_id, p.public_id, p.person_ref, d.first_name, d.last_name, d.email, d.category {meant}
 ORDER BY lower(d.last_name){c}, lower(d.first_name){c}, p.person_ref LIMIT :limit"""
_POSTS = """
SELECT s.person_id, s.job_title, o.name, u.path, s.first_day, s.last_day
  FROM post_spell s JOIN unit u ON u.id = s.unit_id JOIN organisation o ON o.id = u.organisation_id
 WHERE s.retracted_at IS NULL AND s.person_id IN ({ids})"""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody types, and what it is. `is_unit`: it is the beginning of a word of units too."""

    name: str
    text: str
    is_unit: bool = False


def of_words(place: Place, people: int) -> Result:
    """Writing the words of everybody, as the import of a first file does, against a bare insert of the same rows."""
    began = perf_counter()
    with Session(place.engine) as session, transaction(session):
        words.catch_up(session)
    took = perf_counter() - began
    rows = place.bare.rows("SELECT COUNT(*) FROM person_word")[0][0]
    print(f"  {rows:,} words of search written in {took:.2f} s")
    floor = _insert_seconds(place.bare)
    return Result("words of everybody", people, place.kind, took * 1000, floor * 1000, "bare insert of them")


def _insert_seconds(bare: Bare) -> float:
    """How long the database alone takes to write the same words into the same shape, in the order of the people."""
    rows = bare.rows("SELECT word, kind, detail_id FROM person_word ORDER BY detail_id, kind, word")
    word = "VARCHAR(60)" if bare.is_sqlite else 'VARCHAR(60) COLLATE "C"'
    columns = f"word {word} NOT NULL, kind VARCHAR(10) NOT NULL, detail_id INTEGER NOT NULL"
    keyed = "PRIMARY KEY (word, kind, detail_id), FOREIGN KEY (detail_id) REFERENCES person_detail (id)"
    bare.rows(f"CREATE TABLE bench_word ({columns}, {keyed})")
    bare.rows("CREATE INDEX bench_ix_word ON bench_word (detail_id)")
    began = perf_counter()
    bare.rows("BEGIN")
    if bare.is_sqlite:
        bare.many("INSERT INTO bench_word VALUES (?, ?, ?)", rows)
    else:
        with bare.connection.cursor().copy("COPY bench_word FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    bare.rows("COMMIT")
    took = perf_counter() - began
    bare.rows("DROP TABLE bench_word")
    return took


def of_search(place: Place, people: int, reader: str, day: str) -> Iterator[tuple[Result, int]]:
    """Suggestions and the page for each way in which people are looked for, each with its number of queries."""
    client = client_of(place, reader)
    for typed in _typed(place.bare):
        hand = _Hand(place.bare, typed, day)
        for what, path, floor in (
            ("suggestions", "/people/find/suggest", hand.suggestions),
            ("found people", "/people/find", hand.page),
        ):
            address = f"{path}?q={typed.text.replace(' ', '+').replace('@', '%40')}"
            asked = ask(place, client, address)
            environ = environ_of(client, address)

            def product(environ: dict[str, Any] = environ) -> bytes:
                return answer_of(place.app, environ)

            def below(
                floor: Callable[[], list[Any]] = floor, environ: Any = environ, asked: Any = asked
            ) -> None:
                floor()
                with place.app.request_context(dict(environ)):
                    for template, values in asked.templates:
                        template.render(values)

            assert hand.agrees_with(product().decode(), floor()), f"{what} by {typed.name} differ"
            pair = compare(product, below)
            name = f"search: {what} by {typed.name}"
            words_of_floor = "SQL by hand" + (" and template" if asked.templates else " and JSON")
            goal = LIST_GOAL * max(1, LEAST_FLOOR_MS / pair.floor_ms)
            measured = (pair.product_ms, pair.floor_ms, words_of_floor, goal)
            yield Result(name, people, place.kind, *measured), len(asked.statements)


def _typed(bare: Bare) -> list[Typed]:
    """A name, an address and a number of somebody who works there, whole; two letters of many people, and of units."""
    person_ref, first, last, email = bare.rows(_SOMEBODY)[0]
    return [
        Typed("name", f"{first} {last}"),
        Typed("email", email),
        Typed("number", person_ref),
        Typed("two letters", last[:2]),
        Typed("most units", "te", is_unit=True),
    ]


_SOMEBODY = """
SELECT p.person_ref, d.first_name, d.last_name, d.email
  FROM person p JOIN person_detail d ON d.person_id = p.id AND d.retracted_at IS NULL
  JOIN post_spell s ON s.person_id = p.id AND s.retracted_at IS NULL AND s.last_day = '9999-12-31'
 ORDER BY p.id DESC LIMIT 1"""


class _Hand:
    """A question as SQL by hand."""

    def __init__(self, bare: Bare, typed: Typed, day: str) -> None:
        self._bare = bare
        self._values: dict[str, Any] = {"d": day}
        conditions = ""
        for number, word in enumerate(typed.text.lower().split()):
            self._values |= {f"low_{number}": word, f"high_{number}": word + _LAST}
            condition = _NAMED.format(number)
            if typed.is_unit:
                condition = f"({condition} OR {_IN_UNITS.format(number)})"
                self._values[f"like_{number}"] = f"% {word}%"
            conditions += f" AND {condition}"
        meant = _MEANT.format(words=conditions)
        self._listed = _LISTED.format(meant=meant, c="" if bare.is_sqlite else ' COLLATE "C"')
        self._counted = f"SELECT COUNT(*) {meant}"

    def suggestions(self) -> list[Any]:
        found = self._some(SUGGESTED)
        json.dumps([[str(cell) for cell in row] for row in found])
        return found

    def page(self) -> list[Any]:
        floors.floor(self._bare, self._counted, self._values)()
        return self._some(PAGE_SIZE)

    def _some(self, limit: int) -> list[Any]:
        found = floors.floor(self._bare, self._listed, {**self._values, "limit": limit})()
        ids = ", ".join(str(row[0]) for row in found) or "0"
        self._bare.rows(_POSTS.format(ids=ids))
        return found

    @staticmethod
    def agrees_with(answer: str, found: list[Any]) -> bool:
        """Whether the answer of the service names the same people, in the same order."""
        places = [answer.find(f"/people/{row[1]}") for row in found]
        return bool(found) and -1 not in places and places == sorted(places) and _people(answer) == len(found)


def _people(answer: str) -> int:
    return answer.count('"href"') or answer.count("app-table__name")
