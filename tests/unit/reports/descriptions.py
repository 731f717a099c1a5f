"""Generated reports: any description that the types allow, and tables of figures whose parts add up."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from reports.domain.description import (
    WITHHELD,
    Cell,
    Column,
    Head,
    Kind,
    Percent,
    Points,
    Report,
    Says,
    Section,
    Table,
)

MOMENT = datetime(2026, 4, 7, 8, 5, tzinfo=UTC)
HEAD = Head("Compliance", "Example Borough Council", date(2026, 3, 31), MOMENT, MOMENT, "L&D", "Everybody")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=12)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    WORDS,
    st.integers(-(10**9), 10**9),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.just(MOMENT),
    st.tuples(st.integers(0, 9999), st.integers(0, 9999)).map(lambda two: Percent(min(two), max(two))),
    st.integers(-1000, 1000).map(Points),
    st.just(WITHHELD),
)


@st.composite
def any_tables(draw: st.DrawFn, key: str) -> Table:
    """A table of anything."""
    columns = tuple(
        Column(f"c{number}", draw(WORDS) or "Column", draw(st.sampled_from(Kind)), draw(st.integers(4, 30)))
        for number in range(draw(st.integers(1, 6)))
    )
    row = st.tuples(*(CELLS for _ in columns))
    return Table(key, draw(WORDS) or key, columns, tuple(draw(st.lists(row, max_size=6))), draw(WORDS))


@st.composite
def any_reports(draw: st.DrawFn) -> Report:
    """A report of anything."""
    tables = tuple(draw(any_tables(f"t{number}")) for number in range(draw(st.integers(0, 3))))
    return Report("any", HEAD, (Section(draw(WORDS) or "Part", (draw(WORDS),), tables),), behind=tables[:1])


NUMBERS = (
    Column("counted", "Counted", Kind.NUMBER),
    Column("in_date", "In date", Kind.NUMBER),
    Column("percent", "In date of counted", Kind.NUMBER),
)
_WITHIN = st.tuples(st.integers(0, 60), st.integers(0, 60))


@st.composite
def figures(draw: st.DrawFn) -> Report:
    """A report of a figure by organisation and directorate, each the sum of its parts."""
    requirements = [f"R{number}" for number in range(draw(st.integers(1, 2)))]
    lowest: list[tuple[Cell, ...]] = []
    for requirement in requirements:
        for organisation in range(draw(st.integers(1, 3))):
            for directorate in range(draw(st.integers(1, 4))):
                counted, not_in_date = draw(_WITHIN)
                counted += not_in_date
                lowest.append(
                    (requirement, f"O{organisation}", f"D{directorate}", counted, counted - not_in_date)
                )
    organisations = _sums(lowest, 2)
    return Report(
        "figures",
        HEAD,
        (
            Section(
                "Figures",
                tables=(
                    _figures("whole", ("requirement",), _sums(organisations, 1)),
                    _figures("organisations", ("requirement", "organisation"), organisations, "whole"),
                    _figures(
                        "directorates",
                        ("requirement", "organisation", "directorate"),
                        lowest,
                        "organisations",
                    ),
                ),
            ),
        ),
    )


def _sums(rows: list[tuple[Cell, ...]], keys: int) -> list[tuple[Cell, ...]]:
    found: dict[tuple[Cell, ...], list[int]] = {}
    for row in rows:
        sums = found.setdefault(row[:keys], [0, 0])
        for at in (0, 1):
            number = row[at - 2]
            assert isinstance(number, int)
            sums[at] += number
    return [(*key, *sums) for key, sums in found.items()]


def _figures(
    key: str, keys: tuple[str, ...], rows: list[tuple[Cell, ...]], whole: str | None = None
) -> Table:
    made = []
    for row in rows:
        counted, in_date = row[-2], row[-1]
        assert isinstance(counted, int)
        assert isinstance(in_date, int)
        made.append((*row, Percent(in_date, counted)))
    return Table(
        key,
        key,
        (*(Column(name, name) for name in keys), *NUMBERS),
        tuple(made),
        within=keys[:-1] if whole else (),
        whole=whole,
        inside=(("counted", "in_date"),),
    )


PERSON = Column("name", "Name", says=Says.PERSON)
