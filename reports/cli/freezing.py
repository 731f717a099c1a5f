"""Keeping reports for good, opening them again, and explaining the movement from one to another."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from compliance.wording import REASON_WORDS
from foundation import audit, clock
from foundation.console import command_stamp, format_option, plain_problems, print_rows, refuse
from foundation.db import db, transaction
from foundation.errors import NotFound
from reports import store
from reports.cli.building import as_at_option, organisation_option, unit_option
from reports.domain.description import Format
from reports.domain.part import NOT_PUBLISHED, Part
from reports.domain.suppression import publishable
from reports.services import freezing
from reports.services.building import is_publishable
from reports.services.catalogue import CATALOGUE
from reports.services.parts import named, one_unit, part_words, parts_by_number
from reports.services.rendering import rendered
from reports.store import Frozen

COLUMNS = ("reference", "report", "part", "as_at", "frozen_at", "frozen_by", "sha256")


@click.command("freeze")
@click.argument("key")
@as_at_option
@unit_option
@organisation_option
@with_appcontext
@plain_problems
def freeze(key: str, day: date, unit: str | None, organisation: str | None) -> None:
    """Keep the report KEY of a day for good: its figures and the people behind them."""
    if day > clock.today():
        refuse("A day that is still to come cannot be frozen: nothing of it is known yet.")
    council = current_app.config["COUNCIL_NAME"]
    found = one_unit(db.session(), named(organisation, unit))
    audit.last_moment(db.session())  # the snapshot of this reading stands from the first question on
    now = clock.now()
    ready = freezing.make_ready(
        db.session(), now, key, day, command_stamp(now).actor, council, found.id if found else None
    )
    with transaction(db.session()) as session:
        frozen = freezing.keep(session, command_stamp(clock.now()), ready)
    click.echo(f"{frozen.reference}: {key} as at {day.isoformat()}, SHA-256 {frozen.sha256}")


@click.command("frozen")
@format_option
@with_appcontext
@plain_problems
def list_frozen(form: str) -> None:
    """Which reports were kept."""
    parts = parts_by_number(db.session())
    kept = store.frozen_reports(db.session(), [one.key for one in CATALOGUE])
    print_rows([_listed(one, parts) for one in kept], COLUMNS, form)


@click.command("open")
@click.argument("reference")
@click.option("--format", "form", type=click.Choice([one.value for one in Format]), required=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)
@click.option("--public", is_flag=True, help="The version that may be published: no names, no small numbers.")
@with_appcontext
@plain_problems
def open_frozen(reference: str, form: str, output: Path, public: bool) -> None:
    """Draw a frozen report again, as it was."""
    frozen, report, _ = freezing.opened(db.session(), reference)
    if public:
        if frozen.unit_id is not None:
            refuse(NOT_PUBLISHED)
        if not is_publishable(frozen.report):
            refuse(f'The report "{frozen.report}" is a list of people: no version of it may be published.')
        report = publishable(report)
    output.write_bytes(rendered(report, Format(form)))
    click.echo(f"{frozen.reference}: {output}, SHA-256 of what was frozen {frozen.sha256}")


@click.command("compare")
@click.argument("first")
@click.argument("second")
@format_option
@with_appcontext
@plain_problems
def compare(first: str, second: str, form: str) -> None:
    """Explain the movement from the frozen report FIRST to SECOND: why each figure changed. It adds up."""
    before, after = _found(first), _found(second)
    rows: list[dict[str, Any]] = []
    for bridge in freezing.compare(db.session(), before, after):
        code = bridge.requirement
        rows.append(_row(code, before.reference, None, bridge.before.counted, bridge.before.in_date))
        rows += [
            _row(code, REASON_WORDS[line.reason], line.people, line.counted, line.in_date)
            for line in bridge.lines
        ]
        rows.append(_row(code, after.reference, None, bridge.after.counted, bridge.after.in_date))
    print_rows(rows, ("requirement", "line", "people", "counted", "in_date"), form)


def _found(name: str) -> Frozen:
    frozen = store.find_frozen(db.session(), name)
    if frozen is None:
        raise NotFound(f'There is no frozen report "{name}". Run: flask reports frozen')
    return frozen


def _listed(one: Frozen, parts: Mapping[int, Part]) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "report": one.report,
        "part": part_words(one.unit_id, parts),
        "as_at": one.as_at,
        "frozen_at": one.frozen_at,
        "frozen_by": one.frozen_by,
        "sha256": one.sha256,
    }


def _row(requirement: str, line: str, people: int | None, counted: int, in_date: int) -> dict[str, Any]:
    return {
        "requirement": requirement,
        "line": line,
        "people": people,
        "counted": counted,
        "in_date": in_date,
    }


commands = (freeze, list_frozen, open_frozen, compare)
