"""Who loads which files, and about whom: learning and development about everybody, partner leads about their own.

What a lead may do is worked out anew whenever a file is worked on, so it ends with the permission (promises 8, rule 3).
"""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.models import ImportRunRow
from compliance.services.importing import runs
from compliance.services.importing.history import Own
from compliance.services.importing.kinds import FILE_KINDS, FileKind
from compliance.services.importing.runs import Run
from foundation.errors import DomainError
from people.domain import Account, Permission
from people.imports.batches import Undo
from people.imports.part import Lead, Part
from people.services.sessions import find_account

NO_MORE = "You may not load this file any more. Nothing was changed."
BUILT_ON = (
    "What this batch recorded was changed since by somebody else, or has been taken back. Nothing was changed: ask "
    "your training team to correct it."
)
NOT_ALL_YOURS = (
    "Somebody of this batch no longer works in your organisation. Nothing was changed: ask your training team to take "
    "it back."
)


def loadable(account: Account) -> list[FileKind]:
    """The kinds of file that an account loads; none for an auditor, whatever else the account may do."""
    if account.only_reads:
        return []
    if Permission.LEARNING in account.permissions:
        return list(FILE_KINDS.values())
    return [kind for kind in FILE_KINDS.values() if kind.for_leads and account.is_partner_lead]


def organisations_of(account: Account) -> frozenset[int] | None:
    """The organisations of whose people an account's files speak; None: of everybody's."""
    return None if Permission.LEARNING in account.permissions else account.organisation_ids


def part_of(account: Account, today: date) -> Part | None:
    """Those people, as of a day; None: everybody."""
    inside = organisations_of(account)
    return None if inside is None else Part(inside, today)


def sees_batches_of(session: Session, account: Account) -> Own | None:
    """Which batches an account is shown: None, everybody's; a lead those of own files of the organisations led now.

    What the account loaded with more permission than it has, or for another partner, is not among them. One query.
    """
    if account.permissions & {Permission.LEARNING, Permission.AUDITOR}:
        return None
    query = select(ImportRunRow.batch_id, ImportRunRow.found).where(
        ImportRunRow.account_id == account.id, ImportRunRow.batch_id.is_not(None)
    )
    led = account.organisation_ids
    return Own(
        f"account:{account.public_id}",
        tuple(
            number
            for number, found in session.execute(query.order_by(ImportRunRow.id))
            if "organisations" in found and led.issuperset(found["organisations"])
        ),
    )


def kept_of(account: Account) -> dict[str, Any]:
    """What a run keeps of that from its beginning (`is_open_to`)."""
    inside = organisations_of(account)
    return {} if inside is None else {"organisations": sorted(inside)}


def is_open_to(run: Run, account: Account) -> bool:
    """Whether an account may still look at a run of its own: one that was made with more permission stays closed."""
    inside = organisations_of(account)
    if inside is None:
        return True
    return run.file_kind.for_leads and run.found.get("organisations") == sorted(inside)


def lead_of(session: Session, run: Run, today: date) -> Lead | None:
    """The partner lead who loads a file, or takes a batch back; None: somebody of learning and development does.

    Raises DomainError for an account that may do so no more, and for one that might do less than when it began.
    """
    actor = runs.actor_of(session, run)
    account = find_account(session, actor.removeprefix("account:"), today)
    if account is None or run.file_kind not in loadable(account) or not is_open_to(run, account):
        raise DomainError(NO_MORE)
    part = part_of(account, today)
    return None if part is None else Lead(actor, part)


def plan_undo(session: Session, run: Run, lead: Lead | None) -> Undo:
    """What taking a batch back does. A lead is not told of the batches of others, nor changes who left.

    Raises DomainError where it is refused.
    """
    assert run.undoes_id is not None
    undoing = run.file_kind.undoing
    if lead is None:
        found: Undo = undoing.plan_undo(session, run.undoes_id)
        return found
    try:
        found = undoing.plan_undo(session, run.undoes_id)
    except DomainError as error:
        raise DomainError(BUILT_ON) from error
    people = {row.person_id for part in (found.gone, found.back) for rows in part.values() for row in rows}
    if not lead.part.holds_all(session, people):
        raise DomainError(NOT_ALL_YOURS)
    return found
