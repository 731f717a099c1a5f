"""Who looks after whose team, for those who answer for it."""

from datetime import date
from typing import Any

import click
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import format_option, plain_problems, print_rows
from foundation.db import db
from people.services.delegation import Delegation, Somebody, every_delegation

COLUMNS = ("manager_ref", "delegate_ref", "first_day", "last_day", "state", "recorded_at", "recorded_by")


@click.command("delegations")
@format_option
@with_appcontext
@plain_problems
def list_delegations(form: str) -> None:
    """Whose team was handed over to whom, and when: now, in the future and in the past."""
    today = clock.today()
    rows = [_row(manager, found, today) for manager, found in every_delegation(db.session())]
    print_rows(rows, COLUMNS, form, caption="Teams handed over", as_at=today)


def _row(manager: Somebody, found: Delegation, today: date) -> dict[str, Any]:
    state = "past" if found.is_over(today) else "now" if found.has_begun(today) else "future"
    return {
        "manager_ref": manager.person_ref,
        "delegate_ref": found.delegate.person_ref,
        "first_day": found.days.first,
        "last_day": found.days.last,
        "state": state,
        "recorded_at": found.recorded_at.astimezone(clock.LONDON),
        "recorded_by": found.recorded_by,
    }


commands = (list_delegations,)
