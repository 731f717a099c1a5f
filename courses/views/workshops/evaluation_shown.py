"""What people thought of workshops as pages and files show it: figures from five answers on, and words for the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from courses.domain.evaluation import FEWEST_SHOWN, STATEMENTS, When
from courses.domain.evaluation_results import COMPARED, Results, change_words, mean_words
from courses.domain.evaluation_windows import Window
from foundation.formats import count_noun, fraction, long_date, percent_text

MOMENT_WORDS = {When.BEFORE: "Before", When.AFTER: "After", When.LATER: "Six months later"}
TOO_FEW = f"Not shown (fewer than {FEWEST_SHOWN} answers)"
NOTHING = "–"  # noqa: RUF001 -- what the tables of this service show where there is nothing
HEADERS = (
    "of",
    "asked",
    "statement",
    "answers",
    "mean",
    "agree",
    "agree_percent",
    "change_of_mean",
    "pairs",
    "change_of_pairs",
    "attended",
    "note",
)

Bar = tuple[str, float | None, str, None]


@dataclass(frozen=True, slots=True)
class MomentLine:
    """How many answered at one moment, and of how many; or why that is not shown."""

    words: str
    answers: str
    response: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One statement: its means at the moments in order, their changes from before, who agrees, the paired changes."""

    statement: str
    means: list[str]
    changes: list[str]
    agreeing: list[str]
    paired: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """The results of a workshop or of a course. `pairs`: of how many people who answered both times, or why not."""

    moments: list[MomentLine]
    statements: list[StatementLine]
    pairs: list[str]
    charts: list[tuple[str, list[Bar]]]

    @property
    def anything(self) -> bool:
        """Whether there is a figure."""
        return bool(self.charts)


def shown(results: Results, attended: Mapping[When, int], why_not: Mapping[When, str]) -> Shown:
    """The results as words. `why_not`: what stands where a moment has no figures."""
    moments = [
        MomentLine(
            MOMENT_WORDS[when],
            f"{results.sums[when].people:,}" if when in results.sums else why_not[when],
            _response(results.sums[when].people, attended[when]) if when in results.sums else NOTHING,
        )
        for when in When
    ]
    charts = [
        (
            f"Who agrees: {MOMENT_WORDS[when].lower()}",
            [_bar(results, when, at) for at in range(len(STATEMENTS))],
        )
        for when in When
        if when in results.sums
    ]
    return Shown(moments, [_line(results, at) for at in range(len(STATEMENTS))], _pairs(results), charts)


def waits_for(window: Window) -> str:
    """Why there are no figures yet, where people can still answer."""
    if window.shown_from is None:
        return "Shown two weeks after the register is closed"
    return f"Shown from {long_date(window.shown_from)}"


def _response(people: int, attended: int) -> str:
    """How many of those who were there answered. Before a workshop some answer who do not come."""
    return fraction(people, attended) if people <= attended else NOTHING


def _line(results: Results, at: int) -> StatementLine:
    sums = results.sums
    return StatementLine(
        STATEMENTS[at],
        [mean_words(sums[when].totals[at], sums[when].people) if when in sums else NOTHING for when in When],
        [
            change_words(change) if (change := _change(results, when, at)) is not None else NOTHING
            for when in COMPARED
        ],
        [fraction(sums[when].agreeing[at], sums[when].people) if when in sums else NOTHING for when in When],
        [_paired(results, when, at) for when in COMPARED],
    )


def _change(results: Results, when: When, at: int) -> Fraction | None:
    before, after = results.sums.get(When.BEFORE), results.sums.get(when)
    if before is None or after is None:
        return None
    return Fraction(after.totals[at], after.people) - Fraction(before.totals[at], before.people)


def _paired(results: Results, when: When, at: int) -> str:
    change = results.changes.get(when)
    return NOTHING if change is None else change_words(Fraction(change.totals[at], change.people))


def _pairs(results: Results) -> list[str]:
    """Of how many people the paired changes are."""
    return [
        count_noun(results.changes[when].people, "person", "people") if when in results.changes else ""
        for when in COMPARED
    ]


def _bar(results: Results, when: When, at: int) -> Bar:
    found = results.sums[when]
    words = fraction(found.agreeing[at], found.people)
    return STATEMENTS[at], float(percent_text(found.agreeing[at], found.people)), words, None


def csv_rows(
    of: str, results: Results, attended: Mapping[When, int], why_not: Mapping[When, str]
) -> Iterator[Sequence[str]]:
    """The same as lines of a file: one for each moment and statement, or one that says why there are no figures."""
    for when in When:
        found = results.sums.get(when)
        if found is None:
            yield (of, when.value, *[""] * 9, why_not[when])
            continue
        pairs = results.changes.get(when)
        for at, statement in enumerate(STATEMENTS):
            change = _change(results, when, at) if when in COMPARED else None
            yield (
                of,
                when.value,
                statement,
                str(found.people),
                mean_words(found.totals[at], found.people),
                str(found.agreeing[at]),
                percent_text(found.agreeing[at], found.people),
                "" if change is None else _plain(change_words(change)),
                "" if pairs is None else str(pairs.people),
                "" if pairs is None else _plain(_paired(results, when, at)),
                str(attended[when]),
                "",
            )


def _plain(words: str) -> str:
    """A number that a spreadsheet reads."""
    return words.replace("\N{MINUS SIGN}", "-").removeprefix("+")
