"""The same facts give the same figures, whatever way they came in (counting rule 10.6).

The whole at once and in the usual order, against parts of files in any order, the rule book first, last or in
between, with the server's clock in UTC or in London.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from tests.integration.compliance.product import LONG_AGO, TODAY, Answer, Files, Product, read_files, sayable
from tests.oracle.files import programme, write_files
from tests.oracle.strategies import interesting_days, worlds
from tests.oracle.world import World, described

KEY_COLUMNS = {"people": (0, 8), "absences": (0, 1, 2), "completions": (0, 1, 2), "exemptions": (0, 1, 4)}
GRANT = (0, 1, 2)
"""The columns that are the key of a row. Rows of one post stay together: they are its history."""
Step = tuple[str, bytes]


@pytest.fixture(params=["UTC", "Europe/London"])
def time_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zone of the server's clock."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_the_same_facts_in_any_order_of_entry_give_the_same_figures(
    product: Product, tmp_path: Path, time_zone: str
) -> None:
    @product.examples(15, 5, thorough=500)
    @given(world=worlds(completed_until=TODAY).map(sayable), data=st.data())
    def holds(world: World, data: st.DataObject) -> None:
        note(described(world))
        write_files(world, tmp_path / "files")
        files = read_files(tmp_path / "files")
        days = interesting_days(world)[:60]
        product.reset()
        product.load_all(files, ["programme", "people", "absences", "completions", "exemptions", "grants"])
        expected = seen(product, days)
        steps = data.draw(orders(world, files), label="order")
        product.reset()
        for kind, content in steps:
            options = {"people": {"part": True}, "programme": {"effective": LONG_AGO}}
            product.load_all({kind: content}, [kind], **options)
        assert seen(product, days) == expected
        assert product.differences() == []
        for kind in [kind for kind in KEY_COLUMNS if kind in files]:
            account = product.load(kind, files[kind])
            assert account is not None
            assert account.changes == [], f"the whole file of {kind} says something else than its parts"

    holds()


def seen(product: Product, days: Sequence[date]) -> list[list[Answer]]:
    """Figures and people on many days, and every unit on some."""
    behind = [product.people(day) for day in days[::4]]
    return [product.figures(days), product.figures(days[::10], "unit"), *behind]


@st.composite
def orders(draw: st.DrawFn, world: World, files: Files) -> list[Step]:
    """The files in parts, in an order in which every row names only people, courses and requirements that are known."""
    parts = {kind: draw(parted(kind, content)) for kind, content in files.items() if kind != "programme"}
    rules = ("programme", files["programme"])
    people = [("people", part) for part in parts.pop("people", [])]
    exemptions = [(kind, part) for kind in ("exemptions", "grants") for part in parts.pop(kind, [])]
    others = [(kind, part) for kind, some in parts.items() for part in some]
    order = [*draw(st.permutations(people)), *draw(st.permutations(others))]
    at = draw(st.integers(0, len(order)))
    after = [*order[at:], *exemptions]
    if at >= len(people):  # an exemption before its person would be set aside
        after = draw(st.permutations(after))
    bare = ("programme", programme(World(courses=world.courses, roles=world.roles)).encode())
    return [*([bare] if at else []), *order[:at], rules, *after]


@st.composite
def parted(draw: st.DrawFn, kind: str, content: bytes) -> list[bytes]:
    """A file in one part or two, each with the headings, its rows in any order."""
    headings, *rows = content.decode().splitlines()
    keys = [tuple(row.split(",")[column] for column in KEY_COLUMNS.get(kind, GRANT)) for row in rows]
    later = draw(st.sets(st.sampled_from(sorted(set(keys)))))
    found = []
    for wanted in (False, True):
        some = [row for row, key in zip(rows, keys, strict=True) if (key in later) is wanted]
        if some:
            found.append("\n".join([headings, *draw(st.permutations(some)), ""]).encode())
    return found
