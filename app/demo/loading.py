"""Loading the made-up borough: through the same rule-book loader and importers as anybody's files."""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import ROOT
from app.demo.borough import PROGRAMME_FILE, write_borough
from app.demo.declared import declare_numbers
from app.demo.facts import SignIn
from app.demo.workshops import hold_workshops
from compliance.models import RequirementRow
from compliance.services.imports import import_exemptions, read_exemptions
from compliance.services.programme import load_programme
from courses.certificate.issuer import Issuer
from courses.services.imports import import_completions, read_completions
from foundation import audit
from foundation.audit import AuditEventRow
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.errors import DomainError, Problem
from foundation.facts import Progress, known, no_progress
from foundation.stamp import Stamp
from people.domain import Permission
from people.imports.account import Account
from people.models import AccountRow, PermissionRow, PersonRow, PostSpellRow
from people.services.accounts import create_account
from people.services.imports import (
    PeopleOptions,
    import_absences,
    import_people,
    import_schools,
    read_absences,
    read_people,
    read_schools,
)
from people.store import organisation_id

PASSWORD = "demo-borough-only"  # noqa: S105 -- printed for everybody; the borough is made up
PERMISSIONS: dict[str, Permission] = {
    "learning_and_development": Permission.LEARNING,
    "prevent_coordinator": Permission.COORDINATOR,
    "auditor": Permission.AUDITOR,
    "partner_lead": Permission.PARTNER_LEAD,
}


def is_empty(session: Session) -> bool:
    """Whether the database holds no people, no rules and no accounts."""
    found = any(
        session.scalar(select(model.id).limit(1)) is not None
        for model in (PersonRow, RequirementRow, AccountRow)
    )
    session.rollback()
    return not found


def load_borough(
    session: Session, stamp: Stamp, as_at: date, issuer: Issuer, progress: Progress = no_progress
) -> None:
    """Load the rule book and the five files, hold workshops, and make an account for each kind of user.

    Everybody may read the password, so none of these accounts belongs in a service with real people.
    """
    programme = (ROOT / PROGRAMME_FILE).read_text(encoding="utf-8")
    with transaction(session):
        load_programme(session, stamp, programme, Path(PROGRAMME_FILE).name, as_at)
    with tempfile.TemporaryDirectory() as folder:
        files = write_borough(Path(folder), as_at=as_at)
        people = read_people(files.people.read_bytes(), files.people.name, as_at, None)
        absences = read_absences(files.absences.read_bytes(), files.absences.name, as_at)
        completions = read_completions(files.completions.read_bytes(), files.completions.name, as_at)
        exemptions = read_exemptions(files.exemptions.read_bytes(), files.exemptions.name)
        schools = read_schools(files.schools.read_bytes(), files.schools.name, as_at)
    _whole(session, progress, lambda: import_people(session, stamp, people, PeopleOptions(), progress))
    _whole(session, progress, lambda: import_absences(session, stamp, absences, progress))
    _whole(session, progress, lambda: import_completions(session, stamp, completions, progress))
    _whole(session, progress, lambda: import_exemptions(session, stamp, exemptions, progress))
    _whole(session, progress, lambda: import_schools(session, stamp, schools, progress))
    with transaction(session):
        for sign_in in files.sign_ins:
            _add_account(session, stamp, sign_in)
        declare_numbers(session, stamp, as_at)
    with transaction(session):
        hold_workshops(session, stamp, as_at, issuer)
        audit.record(session, stamp, "demo.loaded", as_at=as_at.isoformat())


def _whole(session: Session, progress: Progress, load: Callable[[], Account]) -> None:
    """Load one file in a transaction. Every row of the borough's own files must be understood."""
    with transaction(session, progress):
        account = load()
        if account.set_aside:
            raise DomainError(Problem("The demo borough's own files are not understood."), *account.set_aside)


def _add_account(session: Session, stamp: Stamp, sign_in: SignIn) -> None:
    permission = PERMISSIONS.get(sign_in.key)
    leads = organisation_id(session, sign_in.organisation) if permission is Permission.PARTNER_LEAD else None
    create_account(
        session,
        stamp,
        sign_in.email,
        PASSWORD,
        person_ref=sign_in.person_ref,
        permissions=[permission] if permission else [],
        organisation_id=leads,
    )


def sign_in_lines(session: Session) -> list[str]:
    """How to sign in as each kind of user; nothing where the database does not hold the made-up borough."""
    loaded = session.scalar(select(AuditEventRow.id).where(AuditEventRow.event == "demo.loaded").limit(1))
    if loaded is None:
        session.rollback()
        return []
    query = (
        select(AccountRow.email, PermissionRow.permission, PostSpellRow.job_title)
        .join(PostSpellRow, (PostSpellRow.person_id == AccountRow.person_id) & known(PostSpellRow, None))
        .outerjoin(PermissionRow, (PermissionRow.account_id == AccountRow.id) & known(PermissionRow, None))
        .where(AccountRow.disabled_at.is_(None), PostSpellRow.last_day == FAR_DAY)
        .order_by(AccountRow.id, PostSpellRow.id)
    )
    lines = {}
    for email, permission, title in session.execute(query):
        lines[email] = f"  {email:45} {title}" + (f" ({permission})" if permission else "")
    session.rollback()
    return ["Everybody here is made up. Sign in with the password " + PASSWORD + " as:", *lines.values()]
