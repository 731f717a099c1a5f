"""Inviting everybody in the record who has no account yet: who can be reached, and who cannot."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from foundation.facts import known
from foundation.stamp import Stamp
from people.models import AccountRow, PersonDetailRow, PersonRow, PostSpellRow
from people.services.links import Words, invite


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody who can be invited: the person's id and the e-mail that is theirs alone."""

    person_id: int
    person_ref: str
    email: str


@dataclass(frozen=True, slots=True)
class Everyone:
    """Everybody with a running post, as far as accounts go. `no_email` and `shared` are references of people."""

    reachable: tuple[Reachable, ...]
    with_account: int
    no_email: tuple[str, ...]
    shared: tuple[str, ...]


def everyone_to_invite(session: Session, today: date) -> Everyone:
    """Who has a running post and no account: who can be invited, and who cannot because their e-mail is not their own.

    An e-mail under which somebody has an account already counts as an account: it was made for that mailbox by hand.
    """
    rows = session.connection().execute(_EVERYONE, {"today": today}).all()
    uses = Counter(row.email for row in rows if row.email)
    without = [row for row in rows if not (row.has_account or row.email_has_account)]
    return Everyone(
        reachable=tuple(
            Reachable(row.id, row.person_ref, row.email)
            for row in without
            if row.email and uses[row.email] == 1
        ),
        with_account=len(rows) - len(without),
        no_email=tuple(row.person_ref for row in without if not row.email),
        shared=tuple(row.person_ref for row in without if row.email and uses[row.email] > 1),
    )


def invite_people(session: Session, stamp: Stamp, people: Sequence[Reachable], words: Words) -> int:
    """Make an account for each of these people and invite them; how many. Who has one by now is left alone."""
    ids = [person.person_id for person in people]
    emails = [person.email for person in people]
    taken = session.execute(
        select(AccountRow.person_id, AccountRow.email).where(
            AccountRow.person_id.in_(ids) | AccountRow.email.in_(emails)
        )
    ).all()
    taken_ids, taken_emails = {row.person_id for row in taken}, {row.email for row in taken}
    invited = 0
    for person in people:
        if person.person_id not in taken_ids and person.email not in taken_emails:
            invite(session, stamp, person.email, words, person_ref=person.person_ref)
            invited += 1
    return invited


_by_email = aliased(AccountRow)
_EVERYONE = (
    select(
        PersonRow.id,
        PersonRow.person_ref,
        PersonDetailRow.email,
        select(AccountRow.id).where(AccountRow.person_id == PersonRow.id).exists().label("has_account"),
        select(_by_email.id)
        .where(_by_email.email == PersonDetailRow.email)
        .exists()
        .label("email_has_account"),
    )
    .outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
    .where(
        select(PostSpellRow.id)
        .where(
            PostSpellRow.person_id == PersonRow.id,
            known(PostSpellRow, None),
            PostSpellRow.first_day <= bindparam("today"),
            PostSpellRow.last_day >= bindparam("today"),
        )
        .exists()
    )
    .order_by(PersonRow.person_ref, PersonRow.id)
)
