"""Badges and training passports from the command line: checking, handing out, handing in, and whom we trust."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from courses import store
from courses.certificate.badge import read_badge
from courses.certificate.badge_keys import known_keys, published_keys
from courses.certificate.issuer import Issuer, issuer_of
from courses.certificate.tokens import Jwk, keys_in
from courses.cli.private_files import write_private
from courses.domain.certificates import day_of, printed
from courses.domain.passports import Looked, Overrule
from courses.services import issuers, passports
from courses.services.issuers import shown_fingerprint
from courses.store.passports import find_passport, trusted_issuers
from courses.wording import FATE_WORDS
from foundation import clock
from foundation.console import command_stamp, complain, format_option, plain_problems, print_rows, refuse
from foundation.db import Session, db, transaction
from foundation.errors import NotFound
from foundation.formats import count_noun, long_date

PREVIEW = "This was a preview: nothing was changed. Say --apply to do it."
file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
apply_option = click.option("--apply", is_flag=True, help="Do it. Without this the command only shows it.")
person_option = click.option(
    "--person", "person_ref", required=True, metavar="REF", help="Payroll or staff number."
)


def _issuer() -> Issuer:
    return issuer_of(current_app.config, current_app.instance_path)


def _own_keys() -> dict[str, Jwk]:
    return known_keys(_issuer().badge_keys)


def _person(session: Session, person_ref: str) -> int:
    found = store.person_of_ref(session, person_ref)
    if found is None:
        raise NotFound("There is no person with this reference.")
    return found


@click.command("verify-badge")
@file_argument
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust the keys in this file (JSON Web Keys) instead of the keys of this service.",
)
@with_appcontext
@plain_problems
def verify_badge(file: Path, keys_file: Path | None) -> None:
    """Say whether FILE, a badge (Open Badges 3.0), is genuine and in date; exit status 0 only if both.

    Neither a database nor a network is asked, so nothing shows whether its certificate was withdrawn.
    """
    keys = _own_keys() if keys_file is None else keys_in(keys_file.read_text(encoding="utf-8-sig"))[0]
    found = read_badge(file.read_text(encoding="utf-8", errors="replace"), keys)
    click.echo(
        f"Badge for {found.course_title}, issued by {found.council} on {long_date(day_of(found.awarded_at))}."
    )
    click.echo(f"Certificate number {printed(found.number)}.")
    complain(["Whether the certificate was withdrawn only its register can say. It was not asked."])
    problem = found.problem(clock.now())
    if problem:
        refuse(problem)
    click.echo("This badge is genuine and in date.")


@click.command("passport")
@person_option
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it: a name that ends in .pdf, or in .json for the next employer's service.",
)
@with_appcontext
@plain_problems
def passport(person_ref: str, output: Path) -> None:
    """Issue a training passport with all that is in date for a person today."""
    if output.suffix.lower() not in (".pdf", ".json"):
        raise click.UsageError("The name of the output must end in .pdf or .json.")
    issuer = _issuer()
    with transaction(db.session()) as session:
        person_id = _person(session, person_ref)
        made = passports.issue_passport(session, command_stamp(clock.now()), issuer, person_id, clock.today())
        issued = find_passport(session, made.number)
        assert issued is not None
    if output.suffix.lower() == ".pdf":
        content = passports.pdf_of(issuer, issued, clock.now())
    else:
        content = passports.json_of(issuer, issued).encode()
    write_private(output, content)
    courses = count_noun(len(made.entries), "course", "courses")
    click.echo(f"Passport {printed(made.number)} with {courses} is in {output}.")


@click.command("issuer-file")
@with_appcontext
@plain_problems
def issuer_file() -> None:
    """Print the file with which another service can trust this one's passports; its fingerprint on standard error."""
    keys = published_keys(_issuer().badge_keys, clock.now())
    click.echo(json.dumps(issuers.own_file(_issuer(), keys), ensure_ascii=False, indent=1))
    complain([f"Fingerprint: {shown_fingerprint([*keys][-1])}"])


@click.command("trust-issuer")
@file_argument
@apply_option
@with_appcontext
@plain_problems
def trust_issuer(file: Path, apply: bool) -> None:
    """Accept passports of the issuer in FILE.json. Compare the fingerprints by phone before you say --apply."""
    content, own = file.read_bytes(), _own_keys()
    offered = issuers.read_offer(db.session(), content, own)
    click.echo(f"{offered.name}, {offered.address}")
    for one in offered.keys:
        already = " (our own)" if one.is_ours else " (trusted already)" if one.is_trusted else ""
        click.echo(f"Fingerprint: {shown_fingerprint(one.key_id)}{already}")
    if not apply:
        complain([PREVIEW])
        return
    with transaction(db.session()) as session:
        count = issuers.trust(session, command_stamp(clock.now()), issuers.read_offer(session, content, own))
    click.echo(f"{count_noun(count, 'key is', 'keys are')} trusted from now on.")


@click.command("issuers")
@format_option
@with_appcontext
@plain_problems
def list_issuers(form: str) -> None:
    """List the issuers whose training passports are accepted."""
    rows = [
        {
            "name": one.name,
            "address": one.address,
            "fingerprint": shown_fingerprint(one.key_id),
            "since": clock.london_day(one.recorded_at),
        }
        for one in trusted_issuers(db.session())
    ]
    caption = f"{count_noun(len(rows), 'key is', 'keys are')} trusted"
    print_rows(rows, ("name", "address", "fingerprint", "since"), form, caption=caption)


@click.command("withdraw-issuer")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why this issuer is no longer trusted.")
@with_appcontext
@plain_problems
def withdraw_issuer(fingerprint: str, reason: str) -> None:
    """Stop to accept passports signed with the key with this FINGERPRINT, with or without its blanks."""
    with transaction(db.session()) as session:
        issuers.withdraw(session, command_stamp(clock.now()), issuers.key_id_typed(fingerprint), reason)
    click.echo("The key is no longer trusted. What was accepted before stays on record.")


@click.command("accept-passport")
@file_argument
@person_option
@click.option(
    "--reason",
    type=click.Choice([one.value for one in Overrule]),
    default=None,
    help="Why a passport with another name is this person's; the audit trail keeps it.",
)
@apply_option
@with_appcontext
@plain_problems
def accept_passport(file: Path, person_ref: str, reason: str | None, apply: bool) -> None:
    """Record what FILE, a training passport as JSON or PDF, proves for a person, each course verified."""
    content, today = file.read_bytes(), clock.today()
    if not apply:
        person_id = _person(db.session(), person_ref)
        looked = passports.look_at(db.session(), content, person_id, today)
        passports.refuse_others(db.session(), looked, person_id)
        _show(looked)
        complain([PREVIEW])
        return
    with transaction(db.session()) as session:
        looked = passports.accept_passport(
            session,
            command_stamp(clock.now()),
            content,
            _person(session, person_ref),
            today,
            reason=reason or "",
            may_overrule=True,
        )
    _show(looked)
    click.echo(f"{count_noun(len(looked.to_record), 'course was', 'courses were')} recorded.")


def _show(looked: Looked) -> None:
    click.echo(f"Issued by {looked.issuer} on {long_date(day_of(looked.passport.issued_at))}.")
    for one in looked.judged:
        click.echo(
            f"{one.entry.completed_on.isoformat()}  {one.course or one.entry.course}  {FATE_WORDS[one.fate]}"
        )
    if looked.name_differs:
        complain(["The name in the passport is not the name on record. Say why it is theirs with --reason."])


commands = (
    verify_badge,
    passport,
    issuer_file,
    trust_issuer,
    list_issuers,
    withdraw_issuer,
    accept_passport,
)
