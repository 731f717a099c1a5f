"""Listing the catalogue, and building a report as a file."""

from datetime import date
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import DAY, command_stamp, format_option, plain_problems, print_rows, refuse
from foundation.db import db
from reports.domain.asking import Of
from reports.domain.description import Format
from reports.domain.part import NOT_PUBLISHED
from reports.domain.suppression import publishable
from reports.services import building
from reports.services.catalogue import CATALOGUE, find
from reports.services.parts import named
from reports.services.rendering import write_file

as_at_option = click.option(
    "--as-at", "day", type=DAY, default=clock.today, show_default="today", help="The day of the report."
)
unit_option = click.option("--unit", help='Only this unit and everything below it: "Homes > Repairs".')
organisation_option = click.option("--organisation", help="Only this organisation, by its name.")
OF_WORDS = {
    Of.ALL: 'The report "{key}" is of everybody. Leave --of out.',
    Of.PERSON: 'The report "{key}" is of one person. Say whose: --of STAFFNUMBER',
    Of.TEAM: 'The report "{key}" is of one team. Say whose: --of STAFFNUMBER, of the manager',
    Of.WORKSHOP: 'The report "{key}" is of one workshop. Say which: --of WORKSHOP',
}


@click.command("list")
@format_option
@plain_problems
def list_reports(form: str) -> None:
    """Which reports there are."""
    rows = [
        {
            "key": one.key,
            "title": one.title,
            "about": one.about,
            "readers": one.readers.value,
            "publishable": one.is_publishable,
        }
        for one in CATALOGUE
    ]
    print_rows(rows, ("key", "title", "about", "readers", "publishable"), form)


@click.command("build")
@click.argument("key")
@as_at_option
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in Format]),
    required=True,
    help="What the report is drawn as.",
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)
@click.option("--of", default="", help="The staff number, or the workshop, that the report is of.")
@click.option(
    "--below", is_flag=True, help="Of a team: everybody below the manager, not direct reports alone."
)
@unit_option
@organisation_option
@click.option("--public", is_flag=True, help="The version that may be published: no names, no small numbers.")
@with_appcontext
@plain_problems
def build_report(
    key: str,
    day: date,
    form: str,
    output: Path,
    of: str,
    below: bool,
    unit: str | None,
    organisation: str | None,
    public: bool,
) -> None:
    """Build the report KEY as a file."""
    wanted = find(key)
    if wanted is not None and bool(of) is (wanted.of is Of.ALL):
        raise click.UsageError(OF_WORDS[wanted.of].format(key=key))
    if below and wanted is not None and wanted.of is not Of.TEAM:
        raise click.UsageError(f'The report "{key}" is not of a team. Leave --below out.')
    now = clock.now()
    council = current_app.config["COUNCIL_NAME"]
    made_by = command_stamp(now).actor
    part = named(organisation, unit)
    report = building.build(db.session(), key, day, now, made_by, council, of=of, below=below, part=part)
    if public and part is not None:
        refuse(NOT_PUBLISHED)
    if public:
        definition = find(key)
        if definition is None or not definition.is_publishable:
            refuse(f'The report "{key}" is a list of people: no version of it may be published.')
        report = publishable(report)
    written = write_file(report, Format(form), output)
    click.echo(f"{report.head.title}: {output} ({written:,} bytes)")


commands = (list_reports, build_report)
