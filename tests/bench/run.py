"""One size on one database: write the council, build its timelines, measure everything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy.orm import Session

from app.demo.loading import load_borough
from courses.certificate.issuer import Issuer
from foundation.stamp import Stamp
from tests.bench import building, finding, measures, pages, reminding, writes
from tests.bench.council import Council, write_council
from tests.bench.databases import Bare, Place, place
from tests.bench.duck import Duck
from tests.bench.measures import Result
from tests.bench.report import line
from tests.bench.timing import seconds

STAMP = Stamp("command:bench", datetime(2026, 1, 1, tzinfo=UTC))
REBUILD = "rebuild of everyone"
FACTS = ("spell", "completion", "link", "accepted")


@dataclass
class Outcome:
    """Everything that a run found out."""

    results: list[Result] = field(default_factory=list)
    queries: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """Queries of each page, database and size."""
    problems: list[str] = field(default_factory=list)

    def add(self, result: Result) -> None:
        self.results.append(result)
        print(line(result), flush=True)


def of_council(kind: str, people: int, day: date, outcome: Outcome, random_writes: int) -> None:
    """All measures of one size on one database."""
    with place(kind) as found:
        with Session(found.engine) as session:
            council = write_council(session, people, day, STAMP)
        outcome.add(finding.of_words(found, people))
        _rebuild(found, people, outcome)
        found.analyse()
        outcome.problems += [f"{kind}, {people:,}: {words}" for words in measures.disagreements(found, day)]
        for result in measures.of_figures(found, council, people, day):
            outcome.add(result)
        readers = _readers(found, council)
        _pages(found, people, readers, outcome)
        for result, queries in finding.of_search(found, people, readers["learning"], day.isoformat()):
            outcome.add(result)
            outcome.queries[result.name, found.kind, people] = queries
        reminded, queries = reminding.of_dues(found, people, day)
        outcome.add(reminded)
        outcome.queries[reminded.name, found.kind, people] = queries
        outcome.add(writes.one_completion(found, people, day, STAMP))
        if random_writes:
            _drift(found, people, day, outcome, random_writes)


def of_borough(kind: str, day: date, outcome: Outcome) -> None:
    """The pages of the demo borough, loaded through the importers."""
    with place(kind) as found:
        began = perf_counter()
        with TemporaryDirectory() as folder, Session(found.engine) as session:
            issuer = Issuer("Example Borough Council", "http://localhost", "#12436d", Path(folder))
            # Registers of workshops that were held are closed: the borough is loaded after them.
            load_borough(session, Stamp(STAMP.actor, datetime.combine(day, time(9), UTC)), day, issuer)
        people = found.bare.rows("SELECT COUNT(*) FROM person")[0][0]
        print(f"demo borough of {people:,} people on {kind}: loaded in {perf_counter() - began:.1f} s")
        found.analyse()
        manager = found.bare.rows(_A_MANAGER)[0][0]
        _pages(found, 0, pages.make_readers(found, STAMP, manager), outcome)


_A_MANAGER = """
SELECT p.person_ref FROM post_spell s JOIN person p ON p.person_ref = s.manager_ref
  JOIN post_spell own ON own.person_id = p.id AND own.retracted_at IS NULL AND own.last_day = '9999-12-31'
 WHERE s.retracted_at IS NULL AND s.last_day = '9999-12-31'
   AND p.id NOT IN (SELECT person_id FROM account WHERE person_id IS NOT NULL)
 GROUP BY p.person_ref ORDER BY ABS(COUNT(*) - 12), p.person_ref LIMIT 1"""


def _readers(found: Place, council: Council) -> Mapping[str, str]:
    return pages.make_readers(found, STAMP, council.team_manager)


def _pages(found: Place, people: int, readers: Mapping[str, str], outcome: Outcome) -> None:
    unit = found.bare.rows("SELECT public_id FROM unit WHERE depth = 1 ORDER BY id LIMIT 1")[0][0]
    for result, queries in pages.of_pages(found, people, readers, unit):
        outcome.add(result)
        outcome.queries[result.name, found.kind, people] = queries


def _rebuild(found: Place, people: int, outcome: Outcome) -> None:
    """Against DuckDB making the same spans, and against a bare insert of the rows that the rebuild wrote."""
    built = building.build(found.address)
    duck = Duck(found.bare, FACTS)
    duck.rebuild()
    floor = min(seconds(duck.rebuild) for _ in range(2))
    made = duck.rebuild()
    duck.close()
    rows = dict(found.bare.rows("SELECT status, COUNT(*) FROM status_span GROUP BY status"))
    if made != rows:
        outcome.problems.append(f"{found.kind}, {people:,}: DuckDB makes {made}, the rebuild {rows}")
    product = built.seconds * 1000
    outcome.add(
        Result(REBUILD, people, found.kind, product, floor * 1000, "DuckDB making the same spans", 8.0)
    )
    inserted = insert_seconds(found.bare) * 1000
    words = "bare insert of the rows it wrote"
    outcome.add(Result(f"{REBUILD}, insert", people, found.kind, product, inserted, words))
    memory = f"memory of the rebuild {built.memory_mb:.0f} MB, {built.start_mb:.0f} at its start"
    print(f"  {sum(rows.values()):,} spans; {memory}")


def insert_seconds(bare: Bare) -> float:
    """How long the database alone takes to copy the derived tables, indexes included."""
    tables = ("status_span", "unit_span", "figure_change", "figure_month")
    took = 0.0
    for table in tables:
        copy = f"bench_{table}"
        if bare.is_sqlite:
            shape, *indexes = bare.rows(
                "SELECT sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL ORDER BY type DESC",
                {"name": table},
            )
            bare.rows(
                shape[0]
                .replace(f"TABLE {table}", f"TABLE {copy}", 1)
                .replace(f'TABLE "{table}"', f"TABLE {copy}", 1)
            )
            for (index,) in indexes:
                bare.rows(
                    index.replace("INDEX ix_", "INDEX bench_ix_").replace(f"ON {table} ", f"ON {copy} ")
                )
        else:
            bare.rows(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")
        took += seconds(lambda table=table, copy=copy: bare.rows(f"INSERT INTO {copy} SELECT * FROM {table}"))  # type: ignore[misc]  # mypy cannot infer the lambda
        bare.rows(f"DROP TABLE {copy}")
    return took


def _drift(found: Place, people: int, day: date, outcome: Outcome, random_writes: int) -> None:
    differences = writes.drift(found, day, STAMP, random_writes)
    print(f"  {random_writes} random writes, then {len(differences)} differences from a rebuild")
    outcome.problems += [f"{found.kind}, {people:,}: {words}" for words in differences[:5]]


def unequal_queries(outcome: Outcome) -> Iterator[str]:
    """Pages whose number of queries depends on the number of people."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for (name, kind, people), queries in outcome.queries.items():
        if people:
            found.setdefault((name, kind), {})[people] = queries
    for (name, kind), by_size in found.items():
        if len(set(by_size.values())) > 1:
            yield f"{name} on {kind} makes {by_size} queries by number of people"
