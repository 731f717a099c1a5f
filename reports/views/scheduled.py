"""Reports that are sent on schedule: which there are, and what became of what was sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import render_template

from foundation import clock
from foundation.db import db
from people import auth
from people.domain import Account, Permission
from people.services.scope import masked
from reports.domain.schedule import Schedule, goes_on, next_end, sentence, wait_words, waits_days
from reports.services.issuing import PASSED_OVER
from reports.store import schedules as store
from reports.store.schedules import Sent
from reports.views.blueprint import blueprint
from reports.views.moments import moment
from reports.views.titles import Titled, titled

READS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
WRITES = (Permission.LEARNING, Permission.COORDINATOR)
LATEST = 200
"""Lines of what was sent last."""

STATES = {
    "waiting": "Waiting to leave",
    "claimed": "Waiting to leave",
    "sending": "Being sent",
    "sent": "Sent",
    "failed": "Failed",
    "uncertain": "Uncertain: it may have arrived or not",
    "superseded": "Not sent",
    "cancelled": "Not sent",
    "": "Not sent",
}
"""What became of a message, by its state; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """A schedule as the list shows it.

    `next_end`: the last day of the period that is sent next, on `next_on`. `waits`: why not on the day after.
    """

    public_id: str
    title: str
    how: str
    recipients: Sequence[str]
    next_end: date
    next_on: date
    waits: str
    last: Sequence[Sent]


@blueprint.get("/reports/schedules")
@auth.only_for(*READS)
def schedules() -> str:
    """Which reports are sent, to whom, what comes next, and what became of what was sent last."""
    account, today = auth.reader(), clock.today()
    standing = store.schedules(db.session())
    sent = store.sent(db.session(), LATEST)
    title_of = titled()
    shown = (lambda text: text) if not account.only_reads else masked
    return render_template(
        "reports/schedules.html",
        lines=[_line(one, sent, today, shown, title_of) for one in standing],
        sent=[replace(one, recipient=shown(one.recipient)) for one in sent],
        title_of=title_of,
        states=STATES,
        passed_over=PASSED_OVER,
        may_change=may_change(account),
        moment=moment,
    )


def _line(
    one: Schedule, sent: Sequence[Sent], today: date, shown: Callable[[str], str], title_of: Titled
) -> Line:
    wanted, waits = one.wanted, waits_days(one.wanted.report)
    end = next_end(wanted.every, wanted.first_day, one.issued_to, today, waits)
    return Line(
        one.public_id,
        title_of(wanted),
        sentence(wanted.every, wanted.form),
        [shown(address) for address in wanted.recipients],
        end,
        max(goes_on(end, waits), today),
        wait_words(wanted.report),
        [each for each in sent if each.schedule_id == one.id and each.last_day == one.issued_to],
    )


def may_change(account: Account) -> bool:
    """Whether the reader may have reports sent, or end that."""
    return bool(account.permissions & set(WRITES)) and not account.only_reads
