"""What every command shares: how days are typed, how answers are printed, how problems end it.

Standard output carries the answer alone; problems, notices and the progress bar go to standard error
(interfaces, "Habits of every command").
"""

import csv
import functools
import getpass
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from foundation import facts
from foundation.errors import DomainError, Problem
from foundation.stamp import Stamp
from foundation.tables.wording import shown

_SCHEMA_TOO_OLD = re.compile(r"no such (table|column)|relation .* does not exist|column .* does not exist")

P = ParamSpec("P")
R = TypeVar("R")

REFUSED = 1
"""Exit status: refused, nothing changed."""
SOME_SET_ASIDE = 3
"""Exit status: done, but some rows were set aside."""

FORMATS = ("table", "csv", "json")


class DayType(click.ParamType[date]):
    """A calendar day, typed as YYYY-MM-DD and in no other way."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) != len("YYYY-MM-DD"):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{shown(str(value))} is not a day. Type it as YYYY-MM-DD.", param, ctx)


class MomentType(click.ParamType[datetime]):
    """A moment, typed as ISO 8601 with its offset from UTC."""

    name = "MOMENT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            return moment
        except ValueError:
            self.fail(
                f"{shown(str(value))} is not a moment with an offset. Type it like 2026-04-07T08:00:00+01:00.",
                param,
                ctx,
            )


DAY = DayType()
MOMENT = MomentType()

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How the answer is printed; `table` is for people.",
)


def command_stamp(at: datetime) -> Stamp:
    """The stamp of whoever runs a command: the system user, never a person's name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = "unknown"
    return Stamp(f"command:{user}"[:80], at)


def complain(problems: Iterable[Problem | str]) -> None:
    """Problems and notices, one a line, on standard error."""
    for problem in problems:
        click.echo(str(problem), err=True)


def refuse(*problems: Problem | str) -> NoReturn:
    """End the command: refused, nothing changed."""
    complain(problems)
    sys.exit(REFUSED)


def plain_problems(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose rules may refuse: the problems are printed and the exit status is 1, never a traceback."""

    @functools.wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except DomainError as error:
            refuse(*error.problems)
        except (OperationalError, ProgrammingError) as error:
            refuse(_why_no_database(error))

    return guarded


def _why_no_database(error: DBAPIError) -> str:
    """Plain words where the database itself is the trouble: not there, locked, or older than the program."""
    said = str(error.orig).strip().partition("\n")[0]
    if _SCHEMA_TOO_OLD.search(said):
        return "The database is empty or older than this program. Run: flask db upgrade"
    if error.statement is None or "locked" in said or "unable to open" in said:
        return f"The database cannot be used: {said}. Nothing was changed."
    raise error


def print_json(answer: Any) -> None:
    """One JSON document on standard output; days and moments in ISO 8601."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=_plain))


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str, *, caption: str = "", **around: Any
) -> None:
    """The same rows as a table, CSV or JSON; `around` are the further keys of the JSON document."""
    if form == "json":
        print_json({**around, "rows": list(rows)})
    elif form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
        click.echo(text.getvalue(), nl=False)
    else:
        print_table([[_cell(row.get(column)) for column in columns] for row in rows], columns, caption)


def print_table(rows: Sequence[Sequence[str]], columns: Sequence[str], caption: str = "") -> None:
    """Aligned columns for people; numbers stand to the right."""
    widths = [max(len(line[at]) for line in [list(columns), *rows]) for at in range(len(columns))]
    numeric = [bool(rows) and all(_is_number(row[at]) for row in rows) for at in range(len(columns))]
    if caption:
        click.echo(caption)
    for line in [columns, *rows]:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


@contextmanager
def progress_bar() -> Iterator[facts.Progress]:
    """A bar on standard error while long work goes on; nothing where that is not a terminal."""
    if not sys.stderr.isatty():
        yield facts.no_progress
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=total)
        bar.update(tasks[what], completed=done, total=total)

    with bar:
        yield tell


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


def _is_number(cell: str) -> bool:
    return cell == "" or cell.lstrip("-").replace(".", "", 1).replace(",", "").isdigit()
