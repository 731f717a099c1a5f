"""A manager has those of the team reminded who are overdue: through the plan, its ledger and the outbox (promises 8).

One message a person and day, whoever asked for it: what somebody got today, from the plan or because another manager
asked, is not sent again, and the plan of the day finds in the ledger what was told here.
"""

from datetime import date

from sqlalchemy.orm import Session

from compliance.store.rules import Rules, load_rules
from foundation import audit
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people.store import Some, Team, names
from reminders.domain.by_hand import ByHand, by_hand, digest_of
from reminders.domain.due import Digest
from reminders.services.bank_holidays import is_working_day
from reminders.services.gathering import of_people
from reminders.services.planning import circumstances_on, write_down
from reminders.store import runs
from reminders.store.peoples import team_ids

NOT_TODAY = "Reminders leave on working days only. Ask for them on the next one. Nothing was sent."
NOBODY_LEFT = (
    "There is nobody to remind any more: who was overdue is up to date by now, or has had a reminder today. "
    "Nothing was sent."
)
CHANGED = "The list has changed since you opened this page. Nothing was sent. Check who gets a reminder now."


def overdue_in_team(session: Session, manager_id: int, day: date) -> ByHand:
    """Who of those that report to a manager on a day would be written to if the manager asked for it, and who not.

    The people of a team that was handed over to the manager belong to it. Reads only.
    """
    return _by_hand(session, load_rules(session), manager_id, day)


def recipients_digest(session: Session, found: ByHand) -> str:
    """Who would be written to, as the form that shows them says it."""
    recipients = sorted(message.recipient_id for message in found.plan.messages)
    return digest_of(public_id for public_id, *_ in names(session, Some(recipients)).values())


def send_now(session: Session, stamp: Stamp, manager_id: int, day: date, shown: str) -> int:
    """Write reminders to them down, inside a transaction; to how many. They leave as any reminder does: in the hours of
    the rule book, and only if they still apply. `shown`: the digest of the list that the manager was shown.

    Raises DomainError where there is nobody, not on this day, or where others would be written to than were shown.
    """
    if not is_working_day(day):
        raise DomainError(NOT_TODAY)
    rules = load_rules(session)
    wanted = _by_hand(session, rules, manager_id, day)
    found = wanted.plan
    if not found.messages:
        raise DomainError(NOBODY_LEFT)
    if recipients_digest(session, wanted) != shown:
        raise DomainError(CHANGED)
    run = runs.begin(session, stamp, day)
    written = write_down(session, stamp, run, rules.requirement_ids, found)
    events = [
        ("message.asked_for", f"message:{number}", {"kind": Digest.PERSON.value})
        for number in sorted(written.message_ids.values())
    ]
    audit.record_each(session, stamp, events)
    audit.record(
        session,
        stamp,
        "reminders.asked_for",
        f"reminder_run:{run.id}",
        reminders=written.reminders,
        messages=len(found.messages),
        superseded=len(found.superseded),
    )
    return len(found.messages)


def _by_hand(session: Session, rules: Rules, manager_id: int, day: date) -> ByHand:
    people = team_ids(session, Team(manager_id, day))
    facts = of_people(session, rules, day, people)
    under = circumstances_on(session, rules.book, day, Digest.PERSON)
    # What was written down for an earlier day and left on this one is a message of this day to whoever gets it.
    left = runs.left_on(session, day, people)
    had = {one: {*facts.had.get(one, ()), *([Digest.PERSON] if one in left else [])} for one in people}
    return by_hand(facts.planned(under), facts.dues, facts.reachable, had, under.terms.most_a_day)
