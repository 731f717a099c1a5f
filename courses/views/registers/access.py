"""Who runs a register, and who reads it (docs/workshops.md, "Who may do what with a register").

Learning and development run every register, facilitators those of the workshops that they lead, whatever else their
account may do; an auditor reads all of them and writes nothing, and so does the coordinator.
"""

from flask import abort, current_app

from courses.certificate.issuer import Issuer, issuer_of
from courses.store import attenders, workshops
from courses.store.attenders import Attender
from courses.store.workshops import Workshop
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from people import auth
from people.domain import Account, Permission
from people.services.scope import view_of

NO_WORKSHOP = "There is no such workshop."
NO_PERSON = "There is no such person."


def runs(account: Account, workshop: Workshop) -> bool:
    """Whether an account writes into the register of a workshop."""
    if account.only_reads:
        return False
    leads = account.person_id is not None and account.person_id in workshop.sitting.facilitator_ids
    return leads or Permission.LEARNING in account.permissions


def reads(account: Account, workshop: Workshop) -> bool:
    """Whether an account sees the register of a workshop."""
    return account.sees_everybody or runs(account, workshop)


def workshop_to_run(public_id: str) -> Workshop:
    """A workshop whose register the reader runs. Raises NotFound for any other, as if there were none."""
    account = auth.reader()
    if account.only_reads or not (
        Permission.LEARNING in account.permissions or account.person_id is not None
    ):
        abort(403)
    found = workshops.find(db.session(), public_id)
    if found is None or not runs(account, found):
        raise NotFound(NO_WORKSHOP)
    return found


def workshop_to_read(public_id: str) -> Workshop:
    """A workshop whose register the reader sees. Raises NotFound for any other, as if there were none."""
    account = auth.reader()
    if not account.sees_everybody and account.person_id is None:
        abort(403)
    found = workshops.find(db.session(), public_id)
    if found is None or not reads(account, found):
        raise NotFound(NO_WORKSHOP)
    return found


def person_in_reach(session: Session, account: Account, public_id: str) -> Attender:
    """Somebody whom the reader may see by name anyway. Raises NotFound for anybody else."""
    if view_of(session, account, public_id, clock.today()) is None:
        raise NotFound(NO_PERSON)
    return person_named(session, public_id)


def person_named(session: Session, public_id: str) -> Attender:
    """Somebody by what stands in an address. Raises NotFound."""
    found = attenders.by_public_id(session, public_id)
    if found is None:
        raise NotFound(NO_PERSON)
    return found


def certificate_issuer() -> Issuer:
    """Who issues the certificates of this service."""
    return issuer_of(current_app.config, current_app.instance_path)
