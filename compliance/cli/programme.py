"""The rule book as a file: loading it, with a preview of what that does, and writing it back."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from compliance.cli.figure_json import numbers_json
from compliance.domain.effect import Effect
from compliance.programme.reading import decoded
from compliance.programme.words import counted, percent
from compliance.programme.writing import write_programme
from compliance.services.programme import Preview, load_programme, preview_programme
from compliance.store.rules import load_rule_book
from foundation import clock
from foundation.console import (
    DAY,
    MOMENT,
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
from foundation.db import db, transaction
from foundation.formats import NO_ONE_COUNTED, long_date

NAMED_MOST = 20
"""How many people a table names for each requirement; JSON names them all."""
_MOVES = (
    ("gain", "gain it"),
    ("lose", "lose it"),
    ("become_overdue", "become overdue"),
    ("become_compliant", "become compliant"),
)
_COLUMNS = (
    "requirement",
    "percent_before",
    "percent_after",
    "target_before",
    "target_after",
    "counted_before",
    "counted_after",
    *(name for name, _ in _MOVES),
)
existing_file = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command("load-programme")
@click.argument("file", type=existing_file)
@click.option("--effective", type=DAY, help="The first day on which changes count. Left out: today.")
@click.option("--apply", is_flag=True, help="Save the changes. Without it they are only shown.")
@format_option
@with_appcontext
@plain_problems
def load_programme_command(file: Path, effective: date | None, apply: bool, form: str) -> None:
    """Load the rule book from FILE, or show what that would change and for whom."""
    today = clock.today()
    effective = effective or today
    text = decoded(file.read_bytes(), file.name)
    with progress_bar() as progress:
        preview = preview_programme(db.session(), text, file.name, effective, progress, today)
        if apply and preview.change:
            with transaction(db.session(), progress) as session:
                stamp = command_stamp(clock.now())
                load_programme(session, stamp, text, file.name, effective, expected=preview.change)
    complain(preview.notices)
    _show(preview, applied=apply, form=form)


@click.command("export-programme")
@click.argument("file", required=False, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--known-at", type=MOMENT, help="The rule book as the record stood at this moment. Left out: now."
)
@with_appcontext
@plain_problems
def export_programme_command(file: Path | None, known_at: datetime | None) -> None:
    """Write the rule book as TOML, into FILE or, without one, to standard output."""
    text = write_programme(load_rule_book(db.session(), known_at))
    if not text:
        refuse("There is no rule book yet. Load one with: flask compliance load-programme FILE.toml --apply")
    if file is None:
        # Bytes: the file is UTF-8 whatever the terminal or the system would choose.
        click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        # A file that is there may hold comments that the record does not know.
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except FileExistsError:
        refuse(f"{file} is already there and was left as it is. Give another name, or move it away first.")
    except OSError as error:
        refuse(f"{file} cannot be written: {error.strerror}. Give another name.")
    click.echo(f"Written to {file}.", err=True)


def _show(preview: Preview, *, applied: bool, form: str) -> None:
    if form == "json":
        print_json(_as_json(preview, applied))
    elif form == "csv":
        print_rows([_row(effect) for effect in preview.effects], _COLUMNS, form)
    else:
        _show_table(preview, applied)


def _as_json(preview: Preview, applied: bool) -> dict[str, Any]:
    return {
        "file": preview.file_name,
        "effective": preview.day,
        "first_load": preview.change.effective is None,
        "applied": applied,
        **counted(preview.notes),
        "changes": [{"action": note.action, "about": note.code, "text": note.text} for note in preview.notes],
        "requirements": [
            {
                "requirement": effect.requirement,
                "title": effect.title,
                "before": numbers_json(effect.before, effect.judged_before),
                "after": numbers_json(effect.after, effect.judged_after),
                **{name: preview.refs(getattr(effect, name)) for name, _ in _MOVES},
            }
            for effect in preview.effects
        ],
        "written_to": preview.refs(preview.written_to),
        "notices": [str(notice) for notice in preview.notices],
    }


def _row(effect: Effect) -> dict[str, Any]:
    row: dict[str, Any] = {"requirement": effect.requirement}
    for when, counts, target in (
        ("before", effect.before, effect.target_before),
        ("after", effect.after, effect.target_after),
    ):
        row[f"percent_{when}"] = counts.percent
        row[f"target_{when}"] = None if target is None else percent(target)
        row[f"counted_{when}"] = counts.counted
    return row | {name: len(getattr(effect, name)) for name, _ in _MOVES}


def _show_table(preview: Preview, applied: bool) -> None:
    if not preview.change:
        click.echo(f"{preview.file_name} is what the record says already. Nothing changes.")
        return
    tally = counted(preview.notes)
    when = "" if preview.change.effective is None else f" from {long_date(preview.day)}"
    click.echo(
        f"{preview.file_name}{when}: " + ", ".join(f"{number} {what}" for what, number in tally.items())
    )
    if preview.change.renames:
        click.echo(f'The programme is called "{preview.change.name}".')
    for note in preview.notes:
        click.echo(f"  {note.action.value:<8}{note.text}")
    if preview.effects:
        click.echo("")
        rows = [_cells(_row(effect)) for effect in preview.effects]
        print_table(rows, [name.replace("_", " ") for name in _COLUMNS], f"On {long_date(preview.day)}")
        _show_people(preview)
    if preview.written_to:
        refs = preview.refs(preview.written_to)
        click.echo(f"Would be written to, who would not be otherwise ({len(refs)}): {_named(refs)}")
    click.echo("")
    click.echo("Saved." if applied else "Nothing was saved. Add --apply to save these changes.")


def _cells(row: dict[str, Any]) -> list[str]:
    words = {"percent_before": NO_ONE_COUNTED, "percent_after": NO_ONE_COUNTED}
    return [words.get(name, "none") if row[name] is None else f"{row[name]}" for name in _COLUMNS]


def _show_people(preview: Preview) -> None:
    for effect in preview.effects:
        for name, words in _MOVES:
            refs: Sequence[str] = preview.refs(getattr(effect, name))
            if refs:
                click.echo(f"{effect.requirement}: {words} ({len(refs)}): {_named(refs)}")


def _named(refs: Sequence[str]) -> str:
    more = f" and {len(refs) - NAMED_MOST} more" if len(refs) > NAMED_MOST else ""
    return ", ".join(refs[:NAMED_MOST]) + more


commands = (load_programme_command, export_programme_command)
