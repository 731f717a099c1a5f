"""Looking at what waits for a check, deciding about it, and sweeping files that nothing refers to."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from courses import store
from courses.domain import Evidence
from courses.services import evidence as service
from courses.services.evidence import Waiting
from courses.services.holding import forget_old, sweep_files
from courses.uploads.keeping import EvidenceFolder
from courses.wording import CHECKER_WORDS, SOURCE_WORDS
from foundation import audit, clock
from foundation.console import command_stamp, format_option, plain_problems, print_rows
from foundation.db import db, transaction
from foundation.errors import NotFound
from foundation.formats import count_noun

COLUMNS = (
    "id",
    "person_ref",
    "name",
    "course",
    "completed_on",
    "waiting_since",
    "source",
    "files",
    "concerns",
)


@click.command("check-evidence")
@click.option(
    "--list", "listing", is_flag=True, help="Show what waits for a check, the longest waiting first."
)
@click.option(
    "--accept", "accepted", type=int, metavar="ID", help="The evidence is right: the completion counts."
)
@click.option("--reject", "rejected", type=int, metavar="ID", help="It is not: say why with --reason.")
@click.option("--reason", default="", help="Why it is rejected; the person reads it on sending it again.")
@format_option
@with_appcontext
@plain_problems
def check_evidence(listing: bool, accepted: int | None, rejected: int | None, reason: str, form: str) -> None:
    """Accept or reject the evidence of completions that people told us of, one at a time."""
    if [listing, accepted is not None, rejected is not None].count(True) != 1:
        raise click.UsageError("Give one of --list, --accept ID and --reject ID.")
    if listing:
        rows = [_line(one) for one in service.waiting_for_check(db.session())]
        print_rows(
            rows,
            COLUMNS,
            form,
            caption=f"{count_noun(len(rows), 'completion waits', 'completions wait')} for a check",
        )
    elif accepted is not None:
        _decide(accepted, Evidence.VERIFIED, reason)
    elif rejected is not None:
        _decide(rejected, Evidence.REJECTED, reason)


def _line(one: Waiting) -> dict[str, object]:
    folder = EvidenceFolder.in_instance(current_app.instance_path).path
    return {
        "id": one.completion.id,
        "person_ref": one.person_ref,
        "name": one.name,
        "course": one.completion.course,
        "completed_on": one.completion.completed_on,
        "waiting_since": clock.london_day(one.completion.recorded_at),
        "source": SOURCE_WORDS.get(one.completion.source, one.completion.source),
        "files": ", ".join(f"{Path(folder, file.stored_as)} ({file.kind})" for file in one.files),
        "concerns": "; ".join(CHECKER_WORDS[concern] for concern in one.concerns),
    }


def _decide(completion_id: int, decision: Evidence, reason: str) -> None:
    with transaction(db.session()) as session:
        before = store.completion_on_record(session, completion_id)
        if before is None:
            raise NotFound(f"There is no completion {completion_id} on record. Look it up with --list.")
        service.decide_evidence(session, command_stamp(clock.now()), before.key, decision, reason)
    done = "accepted" if decision is Evidence.VERIFIED else "rejected"
    click.echo(f"The evidence of completion {completion_id} is {done}.")


@click.command("sweep-evidence")
@with_appcontext
@plain_problems
def sweep_evidence() -> None:
    """Delete forms that nobody sent within a day, and files that nothing refers to. Run it daily."""
    now, session = clock.now(), db.session()
    with transaction(session):
        stamp = command_stamp(clock.now())
        forms = forget_old(session, now)
        audit.record(session, stamp, "evidence.swept", forms=forms)
    folder = EvidenceFolder.in_instance(current_app.instance_path)
    files = sweep_files(session, folder, now)
    click.echo(f"{count_noun(forms, 'form', 'forms')} and {count_noun(files, 'file', 'files')} deleted.")


commands = (check_evidence, sweep_evidence)
