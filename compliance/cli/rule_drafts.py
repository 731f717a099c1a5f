"""The process behind the draft pages of the rule book."""

import click
from flask import current_app
from flask.cli import with_appcontext

from compliance.services.rule_drafts.signs import Signs
from compliance.services.rule_drafts.working import work_on
from foundation import clock
from foundation.console import plain_problems, refuse
from foundation.db import db


@click.command("work-on-draft", hidden=True)
@click.argument("draft")
@click.argument("mark")
@with_appcontext
@plain_problems
def work_on_draft(draft: str, mark: str) -> None:
    """Work out what DRAFT would do, or apply it as the change with this MARK. Started by its page."""
    signs = Signs.in_instance(current_app.instance_path)
    if not work_on(db.session(), signs, draft, mark, clock.now, clock.today()):
        refuse("The work on this draft failed. Nothing was changed.")


commands = (work_on_draft,)
