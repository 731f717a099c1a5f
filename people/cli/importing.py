"""What the commands that load a file share: their options, their account on the screen, their exit status."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
from flask.cli import with_appcontext

from foundation import clock, facts
from foundation.console import (
    SOME_SET_ASIDE,
    command_stamp,
    complain,
    format_option,
    plain_problems,
    print_json,
    print_rows,
    print_table,
    progress_bar,
    refuse,
)
from foundation.db import Session, db, transaction
from foundation.formats import count_noun, long_date
from foundation.stamp import Stamp
from people.imports.account import Account, ImportRefused
from people.imports.batches import Undo

MOST_SHOWN = 20
"""How many changes of one kind the table shows; JSON and CSV have them all."""

Command = TypeVar("Command", bound=Callable[..., Any])

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
apply_option = click.option(
    "--apply", "apply", is_flag=True, help="Do it. Without this the command only shows it."
)
set_aside_option = click.option(
    "--set-aside",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the rows that were set aside to this CSV file, to mend and load again.",
)


def import_options(command: Command) -> Command:
    """The options that every import has."""
    for option in (format_option, set_aside_option, apply_option, file_argument):
        command = option(command)
    return command


def run_import(
    preview: Callable[[facts.Progress], Account],
    act: Callable[[facts.Progress], Account],
    *,
    apply: bool,
    form: str,
    set_aside: Path | None,
) -> None:
    """Preview or apply, print the account, and end with the exit status that fits."""
    _refuse_place(set_aside)
    refused = False
    with _long_work() as progress:
        try:
            if apply:
                with transaction(db.session(), progress):
                    account = act(progress)
            else:
                account = preview(progress)
                refused = bool(account.refusals)
        except ImportRefused as error:
            account, refused = error.account, True
    _print(account, form, applied=apply and not refused)
    complain([*account.notices, *account.set_aside])
    if set_aside is not None and account.set_aside:
        _write_set_aside(set_aside, account)
    if refused:
        refuse(*account.refusals)
    if account.set_aside:
        rows = count_noun(account.set_aside_rows, "row was", "rows were")
        complain([f"{rows} set aside and {'changed' if apply else 'would change'} nothing."])
        if set_aside is None:
            complain(["To have them as a CSV to mend and load again, add --set-aside FILE."])
    if not apply:
        complain(["This was a preview: nothing was changed. Say --apply to do it."])
    if account.set_aside:
        sys.exit(SOME_SET_ASIDE)


def _refuse_place(set_aside: Path | None) -> None:
    """Refuse, before anything is done, a place where the rows set aside could not be written or would do harm."""
    if set_aside is None:
        return
    file = click.get_current_context().params.get("file")
    if file is not None and set_aside.exists() and set_aside.samefile(file):
        raise click.UsageError("--set-aside names FILE itself. Give another name, or the file would be lost.")
    if not set_aside.absolute().parent.is_dir():
        raise click.UsageError(f"The folder for --set-aside {set_aside} does not exist. Nothing was changed.")


def _write_set_aside(place: Path, account: Account) -> None:
    try:
        with place.open("w", encoding="utf-8", newline="") as stream:
            account.mend(stream)
    except OSError as error:  # what was applied stays applied: this says only that the copy is missing
        complain([f"{place} cannot be written: {error.strerror}. The rows set aside are listed above."])


class Undoing(Protocol):
    """What a package's `services.imports` offers to take its batches back."""

    def plan_undo(self, session: Session, batch_id: int, /) -> Undo:
        """What it would do."""

    def undo(self, session: Session, stamp: Stamp, batch_id: int, /) -> tuple[Undo, int]:
        """Do it, and give the number of the undo itself."""


def undo_command(service: Undoing) -> click.Command:
    """The `undo BATCH` of a package's commands. Taking a batch back needs no --apply; it is accepted as everywhere."""

    @click.command("undo")
    @click.argument("batch", type=int)
    @click.option("--preview", is_flag=True, help="Only show what it would do.")
    @click.option(
        "--apply", is_flag=True, expose_value=False, help="Accepted as everywhere: an undo acts at once."
    )
    @format_option
    @with_appcontext
    @plain_problems
    def undo(batch: int, preview: bool, form: str) -> None:
        """Take back all that BATCH recorded and restore what it replaced."""
        session = db.session()
        if preview:
            _print_undo(service.plan_undo(session, batch), None, form)
            return
        with progress_bar() as progress, transaction(session, progress):
            done, number = service.undo(session, command_stamp(clock.now()), batch)
        _print_undo(done, number, form)

    return undo


def _print_undo(plan: Undo, batch: int | None, form: str) -> None:
    """The account of an undo. `batch` is the number of the undo itself, None for a preview."""
    counts = plan.counts()
    answer = {
        "undoes": plan.batch.id,
        "kind": plan.batch.kind,
        "file": plan.batch.file_name,
        **counts,
        "batch": batch,
    }
    if form == "json":
        print_json(answer)
    elif form == "csv":
        print_rows([answer], list(answer), form)
    else:
        click.echo(f"Batch {plan.batch.id}, {plan.batch.kind} from {plan.batch.file_name}")
        print_table([[f"{number:,}", words] for number, words in _undo_words(counts)], ["", ""])
        if batch is not None:
            click.echo(f"Batch {plan.batch.id} was undone, by batch {batch}.")
    if batch is None:
        complain(["This was a preview: nothing was changed."])


def _undo_words(counts: dict[str, int]) -> list[tuple[int, str]]:
    taken_back, hold_again = counts["taken_back"], counts["hold_again"]
    return [
        (taken_back, "fact taken back" if taken_back == 1 else "facts taken back"),
        (hold_again, "fact that holds again" if hold_again == 1 else "facts that hold again"),
    ]


def _print(account: Account, form: str, *, applied: bool) -> None:
    if form == "json":
        print_json({**account.as_json(), "applied": applied})
    elif form == "csv":
        print_rows(
            [change.as_row() for change in account.changes], ["what", "subject", "before", "after"], form
        )
        complain([f"Batch {account.batch}"] if account.batch else [])
    else:
        _print_table(account, applied=applied)


def _print_table(account: Account, *, applied: bool) -> None:
    blank = (
        f", {count_noun(account.blank_rows, 'blank row', 'blank rows')} ignored" if account.blank_rows else ""
    )
    as_at = f", as at {long_date(account.as_at)}" if account.as_at else ""
    click.echo(f"{account.file}: {count_noun(account.rows, 'row', 'rows')} read{blank}{as_at}")
    counts = account.counts
    if not account.changes:
        click.echo("Nothing changes.")
    for kind, number in counts.items():
        if not number:
            continue
        click.echo(f"\n{account.kinds[kind].capitalize()}: {number:,}")
        shown = [change for change in account.changes if change.what == kind][:MOST_SHOWN]
        for change in shown:
            row = change.as_row()
            text = " -> ".join(part for part in (row["before"], row["after"]) if part)
            click.echo(f"  {row['subject']}: {text}" if text else f"  {row['subject']}")
        if number > len(shown):
            click.echo(f"  and {number - len(shown):,} more (--format csv lists all)")
    if account.set_aside_rows:
        click.echo(f"\n{count_noun(account.set_aside_rows, 'row', 'rows')} set aside")
    if applied:
        click.echo(f"\nBatch {account.batch}" if account.batch else "\nNo batch was made: nothing changes.")


@contextmanager
def _long_work() -> Iterator[facts.Progress]:
    """A progress bar, and no search for garbage: a million objects that all stay would be searched again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        with progress_bar() as progress:
            yield progress
    finally:
        if was_on:
            gc.enable()
