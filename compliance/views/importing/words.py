"""What the pages of imports say: where a run stands, what it changes, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.services.importing.folder import RunFolder
from compliance.services.importing.history import UNDO_WORDS, Batch, counted
from compliance.services.importing.kinds import BATCH_TITLES
from compliance.services.importing.runs import Run, State
from foundation.clock import LONDON
from foundation.formats import count_noun, fraction, long_date
from people.services.imports import PEOPLE_MAPS

MAP_WORDS = {
    "itrent": "iTrent, ResourceLink and the like",
    "totara": "Totara",
    "moodle": "Moodle",
    "learning_pool": "Learning Pool",
    "iomad": "IOMAD",
}
"""The other systems whose files are read."""
assert set(PEOPLE_MAPS) <= MAP_WORDS.keys()

STATE_WORDS = {
    State.PREVIEWED: "Waiting for you to look at it",
    State.APPLIED: "Loaded",
    State.REFUSED: "Refused",
    State.FAILED: "Something went wrong",
    State.DISCARDED: "Removed",
}
AT_WORK = {State.PREVIEWING: "Being checked", State.APPLYING: "Being loaded"}
STOPPED = "It stopped before anything was changed"
STEPS = {
    "Starting": "Starting",
    "Reading the file": "Reading the file",
    "Reading the record": "Reading the record",
    "Comparing": "Comparing the file with the record",
    "Working out the figures": "Working out what it does to the figures",
    "Putting it together": "Putting the preview together",
    "Saving": "Saving",
    "Timelines": "Working out where everybody stands",
    "Totals": "Adding up the figures",
    "Waiting for another change to be saved": "Waiting: another change is being saved",
}
"""What the steps of the work are called. A step without a word of its own is called what it calls itself."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in a list."""

    public_id: str
    title: str
    file_name: str
    state: str
    made: str
    set_aside_rows: int


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One percentage before and after."""

    title: str
    before: str
    after: str
    change: str
    target: str


def moment_words(at: datetime) -> str:
    """A moment as people read it.

    >>> from datetime import UTC
    >>> moment_words(datetime(2026, 7, 1, 8, 5, tzinfo=UTC))
    '1 July 2026 at 09:05'
    """
    local = at.astimezone(LONDON)
    return f"{long_date(local.date())} at {local:%H:%M}"


def title_of(run: Run) -> str:
    """What a run is about."""
    if run.is_undo:
        return f"Taking back batch {run.undoes_id}"
    return run.file_kind.title


def run_line(run: Run, folder: RunFolder, now: datetime) -> RunLine:
    """A run in a list."""
    return RunLine(
        run.public_id,
        title_of(run),
        run.said.file_name,
        state_words(run, folder, now),
        moment_words(run.made_at),
        int(run.found.get("set_aside_rows", 0)),
    )


def state_words(run: Run, folder: RunFolder, now: datetime) -> str:
    """Where a run stands."""
    if run.state in STATE_WORDS:
        return STATE_WORDS[run.state]
    alive = run.is_at_work(folder.progress(now.tzinfo), now)
    return AT_WORK[run.state] if alive else STOPPED


def changes_words(run: Run) -> list[tuple[str, str, int]]:
    """What a run changes: (kind, words, how often), without what does not occur."""
    words = UNDO_WORDS if run.is_undo else run.file_kind.kinds
    counts = run.found.get("counts", {})
    return [
        (kind, said[:1].upper() + said[1:], counts[kind]) for kind, said in words.items() if counts.get(kind)
    ]


def figure_lines(figures: Iterable[dict[str, Any]]) -> list[FigureLine]:
    """Every percentage before and after a file."""
    return [
        FigureLine(
            figure["title"],
            fraction(*figure["before"]),
            fraction(*figure["after"]),
            _change(figure),
            f"{figure['target']}%" if figure["target"] is not None else "No target",
        )
        for figure in figures
    ]


def _change(figure: dict[str, Any]) -> str:
    if figure["before"] == figure["after"]:
        return "No change"
    if figure["met_before"] and figure["met_after"] is False:
        return "Drops below the target"
    if figure["met_after"] and figure["met_before"] is False:
        return "Reaches the target"
    (had, of), (has, out_of) = figure["before"], figure["after"]
    if not of or not out_of:
        return "Changes"
    higher, lower = has * of > had * out_of, has * of < had * out_of
    return "Goes up" if higher else "Goes down" if lower else "Stays the same"


def batch_rows(found: Iterable[Batch]) -> Iterator[tuple[str, ...]]:
    """Batches as rows of a file."""
    for batch in found:
        yield (
            str(batch.number),
            batch.kind,
            batch.file_name,
            batch.source,
            batch.applied_at.astimezone(LONDON).isoformat(timespec="seconds"),
            batch.applied_by,
            str(batch.rows),
            str(batch.set_aside_rows),
            "; ".join(counted(words, number) for words, number in batch.changes),
            str(batch.undoes or ""),
            str(batch.undone_by or ("yes" if batch.is_undone else "")),
        )


def rows_words(run: Run) -> str:
    """How many rows were read, in words."""
    rows, blank = run.found.get("rows", 0), run.found.get("blank_rows", 0)
    ignored = f", {count_noun(blank, 'blank row', 'blank rows')} ignored" if blank else ""
    return f"{count_noun(rows, 'row', 'rows')} read{ignored}"


def kind_words(name: str) -> str:
    """What a kind of file is called."""
    return BATCH_TITLES[name]
