"""Commentary on reports from the command line: saying something, and listing what is said."""

from datetime import date

import click
from flask.cli import with_appcontext

from compliance.domain.figures import Rag
from foundation import clock
from foundation.console import command_stamp, format_option, plain_problems, print_rows
from foundation.db import db, transaction
from reports import store
from reports.cli.building import as_at_option
from reports.domain.commentary import Said
from reports.services import commentary

COLUMNS = ("about", "title", "figure", "rag", "words", "said_by", "recorded_at")


@click.command("comment")
@click.argument("key")
@as_at_option
@click.option("--about", required=True, help="A requirement's code, or a part of the annual report.")
@click.option("--rag", type=click.Choice([rag.value for rag in Rag]), help="The colour, if one is said.")
@click.option("--said-by", default="", help="Who answers for it: a post or a team.")
@click.option("--words", required=True, help="What is said, name nobody; empty: what stands is taken out.")
@with_appcontext
@plain_problems
def comment(key: str, day: date, about: str, rag: str | None, said_by: str, words: str) -> None:
    """Say something about a part of the report KEY of a day, in the place of what stands."""
    said = Said(words, said_by, Rag(rag) if rag else None)
    with transaction(db.session()) as session:
        commentary.say(session, command_stamp(clock.now()), key, day, about, said, None)
    click.echo(f"{key} as at {day.isoformat()}, {about}: {'saved' if words.strip() else 'nothing is said'}.")


@click.command("comments")
@click.argument("key")
@as_at_option
@format_option
@with_appcontext
@plain_problems
def list_comments(key: str, day: date, form: str) -> None:
    """What is said about the report KEY of a day, part by part."""
    places = commentary.places(db.session(), key, day)
    notes = store.standing_notes(db.session(), key, day)
    rows = []
    for place in places:
        note = notes.get(place.about)
        said = note.said if note else Said("")
        rows.append(
            {
                "about": place.about,
                "title": place.title,
                "figure": place.figure,
                "rag": said.rag.value if said.rag else "",
                "words": said.words,
                "said_by": said.said_by,
                "recorded_at": note.recorded_at if note else None,
            }
        )
    print_rows(rows, COLUMNS, form)


commands = (comment, list_comments)
