"""Certificates from the command line: one or many, checking a file, taking one back, and the keys that sign them."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from courses import store
from courses.certificate.checking import check
from courses.certificate.issuer import Issuer, issuer_of
from courses.certificate.keys import KeyRing, PublishedKey, read_published
from courses.cli.private_files import write_private
from courses.domain import CompletionKey, earliest_completion
from courses.domain.certificates import Certificate, day_of, printed, read_number
from courses.services import certificates as service
from courses.services import judging
from foundation import clock
from foundation.console import DAY, command_stamp, complain, plain_problems, print_table, progress_bar, refuse
from foundation.db import Session, db, transaction
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun, long_date
from foundation.tables import write_csv
from people import store as people
from people.store import Some

_KEY = re.compile(r"(?P<ref>.+):(?P<course>[^:]+):(?P<day>\d{4}-\d{2}-\d{2})")
output_option = click.option(
    "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to write the PDF."
)
pdf_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command("certificate")
@click.argument("completion")
@output_option
@with_appcontext
@plain_problems
def certificate(completion: str, output: Path) -> None:
    """Write the certificate of COMPLETION; the first time it is issued.

    COMPLETION is the number of a completion, or PERSON_REF:COURSE:YYYY-MM-DD.
    """
    issuer = _issuer()
    with transaction(db.session()) as session:
        key = _completion(session, completion)
        found = service.issue(session, command_stamp(clock.now()), issuer, key, clock.today())
    write_private(output, service.pdf_of(issuer, found))
    click.echo(f"Certificate {printed(found.number)} is in {output}.")


@click.command("issue-certificates")
@click.option("--course", metavar="CODE", help="Only completions of this course.")
@click.option("--from", "first", type=DAY, help="Only completions on or after this day.")
@click.option("--to", "last", type=DAY, help="Only completions on or before this day.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the PDFs into this folder, with index.csv: those issued now and those issued before.",
)
@click.option("--apply", "apply", is_flag=True, help="Do it. Without this the command only shows it.")
@with_appcontext
@plain_problems
def issue_certificates(
    course: str | None, first: date | None, last: date | None, output: Path | None, apply: bool
) -> None:
    """Issue the certificates of all completions that count and have none yet."""
    session, today, issuer = db.session(), clock.today(), _issuer()
    if course is not None and course not in store.course_ids(session):
        raise NotFound(f"There is no course {course}.")
    days = (first or earliest_completion(today), last or today)
    if not apply:
        have, never = service.to_issue(session, course, *days, today)
        _count(have, never)
        complain(["This was a preview: nothing was changed. Say --apply to do it."])
        return
    with progress_bar() as progress:
        with transaction(session):
            have, never = service.to_issue(session, course, *days, today)
            stamp = command_stamp(clock.now())
            issued = service.issue_many(session, stamp, issuer, [*have, *never], today, progress)
        if output is not None:
            rows = _rows(session, [*have, *never], issued)
            output.mkdir(parents=True, exist_ok=True)
            for number, one in enumerate(issued, 1):
                write_private(output / f"{one.number}.pdf", service.pdf_of(issuer, one))
                progress("Certificates written", number, len(issued))
            _write_index(output / "index.csv", rows)
    _count(have, never)


@click.command("verify")
@pdf_argument
@click.option(
    "--key",
    "key_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust the key in this file of certificates (PEM) instead of the keys of this service.",
)
@with_appcontext
@plain_problems
def verify(file: Path, key_file: Path | None) -> None:
    """Say whether FILE, a certificate as PDF, is genuine and holds; exit status 0 only if both."""
    issuer = _issuer()
    own = issuer.keys.published()
    trusted = own if key_file is None else [read_published(key_file.read_bytes())]
    if not trusted:
        refuse(
            "There is no key to check with: this service has issued no certificate yet. Name one with --key FILE."
        )
    genuine = check(file.read_bytes(), trusted)
    said = genuine.certificate
    _show(said)
    judgement = _judged(said, is_ours=any(one.key_id == genuine.key_id for one in own))
    if not judgement.holds:
        refuse(judgement.words)
    click.echo(judgement.words)


def _judged(said: Certificate, *, is_ours: bool) -> judging.Judgement:
    """By the register where it can be asked; what only the register knows is then said to be unknown."""
    today = clock.today()
    if not is_ours:
        complain([f"Whether it was withdrawn only the register of {said.council} can say. It was not asked."])
    elif not judging.register_answers(db.session()):
        complain(
            ["The register could not be asked, so nothing shows whether this certificate was withdrawn."]
        )
    else:
        return judging.judged(db.session(), said, today)
    return judging.judged_alone(said, today)


@click.command("revoke-certificate")
@click.argument("number")
@click.option("--reason", required=True, help="Why; kept in the register and shown to nobody outside.")
@with_appcontext
@plain_problems
def revoke_certificate(number: str, reason: str) -> None:
    """Take the certificate NUMBER back."""
    with transaction(db.session()) as session:
        service.revoke(session, command_stamp(clock.now()), _number(number), reason)
    click.echo("The certificate is withdrawn. The register says so from now on.")


@click.command("correct-certificate")
@click.argument("number")
@click.option("--reason", required=True, help="Why; kept in the register and shown to nobody outside.")
@with_appcontext
@plain_problems
def correct_certificate(number: str, reason: str) -> None:
    """Issue another certificate in place of NUMBER, which says what the record says now."""
    with transaction(db.session()) as session:
        stamp = command_stamp(clock.now())
        found = service.correct(session, stamp, _issuer(), _number(number), reason, clock.today())
    click.echo(f"Certificate {printed(found.number)} takes its place.")


@click.command("keys")
@click.option(
    "--new", "renew", is_flag=True, help="Make new keys, which sign from now on; the others are kept."
)
@click.option(
    "--export",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the public certificates into this folder, to be handed out.",
)
@with_appcontext
@plain_problems
def keys(renew: bool, export: Path | None) -> None:
    """List the keys that sign certificates and badges, by their fingerprints."""
    issuer, now = _issuer(), clock.now()
    rings = (issuer.keys, issuer.badge_keys)
    if renew:
        for ring in rings:
            if ring.from_file is None:
                ring.renew(now)
            else:
                complain(["CERTIFICATE_KEY_FILE names the key of certificates; no new one was made."])
    for ring in rings:
        ring.signing(now)
    rows = [row for ring in rings for row in _key_rows(ring)]
    print_table(rows, ("purpose", "signs", "from", "fingerprint"))
    if export is not None:
        export.mkdir(parents=True, exist_ok=True)
        published: list[PublishedKey] = [one for ring in rings for one in ring.published()]
        for one in published:
            (export / f"{one.key_id}.pem").write_bytes(one.pem)
        complain([f"{count_noun(len(published), 'certificate is', 'certificates are')} in {export}."])


def _key_rows(ring: KeyRing) -> list[list[str]]:
    published = ring.published()
    return [
        [
            ring.purpose,
            "yes" if one is published[-1] else "no longer",
            one.certificate.not_valid_before_utc.date().isoformat(),
            one.key_id,
        ]
        for one in published
    ]


def _issuer() -> Issuer:
    return issuer_of(current_app.config, current_app.instance_path)


def _number(typed: str) -> str:
    found = read_number(typed)
    if found is None:
        raise DomainError("That is no certificate number. It has 16 letters and digits.")
    return found


def _completion(session: Session, typed: str) -> CompletionKey:
    """The completion that somebody named. Raises NotFound."""
    if typed.isdecimal():
        found = store.completion_on_record(session, int(typed))
        if found is None:
            raise NotFound(f"There is no completion {typed} on record.")
        return found.key
    parts = _KEY.fullmatch(typed)
    try:
        day = date.fromisoformat(parts["day"]) if parts else None
    except ValueError:
        day = None
    if parts is None or day is None:
        raise click.UsageError("COMPLETION is a number or PERSON_REF:COURSE:YYYY-MM-DD.")
    person_id = store.person_of_ref(session, parts["ref"])
    if person_id is None:
        raise NotFound("There is no person with this reference.")
    return CompletionKey(person_id, parts["course"], day)


def _show(said: Certificate) -> None:
    for line in (
        f"Name: {said.name}",
        f"Course: {said.course_title}",
        f"Provider: {said.provider}",
        f"Completed on: {long_date(said.completed_on)}",
        f"Valid until: {long_date(said.valid_until) if said.valid_until else 'does not expire'}",
        f"Number: {printed(said.number)}",
        f"Issued by: {said.council} on {long_date(day_of(said.issued_at))}",
    ):
        click.echo(line)


def _count(have: list[CompletionKey], never: list[CompletionKey]) -> None:
    click.echo(f"New certificates: {len(never):,}")
    click.echo(f"Issued before: {len(have):,}")


def _rows(session: Session, keys: list[CompletionKey], issued: list[Certificate]) -> list[list[str]]:
    refs = people.names(session, Some(sorted({key.person_id for key in keys})))
    return [
        [one.number, refs[key.person_id][1], key.course, key.completed_on.isoformat()]
        for key, one in zip(keys, issued, strict=True)
    ]


def _write_index(path: Path, rows: list[list[str]]) -> None:
    content = BytesIO()
    write_csv(rows, ("number", "person_ref", "course", "completed_on"), content)
    write_private(path, content.getvalue())


commands = (
    certificate,
    issue_certificates,
    verify,
    revoke_certificate,
    correct_certificate,
    keys,
)
