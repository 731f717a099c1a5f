"""Having a draft worked out or applied: here for few people, in a process of its own for many."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from flask import current_app

from compliance.services.rule_drafts.drafting import MEASURING, find_draft
from compliance.services.rule_drafts.working import hand_over, is_long, measure, outcome_of
from foundation import clock
from foundation.db import db, transaction

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
_started: list["subprocess.Popen[bytes]"] = []


def begin_measuring(account_id: int) -> None:
    """Have the what-if of the account's draft worked out, unless that is done."""
    session = db.session()
    draft = find_draft(session, account_id)
    if draft is None or draft.collisions or not draft.change or outcome_of(draft) is not None:
        return
    if not is_long(session, draft):
        measure(session, draft, clock.now())
        return
    with transaction(session):
        hand_over(session, draft, MEASURING, clock.now())
    launch(draft.record.public_id, draft.mark)


def launch(draft: str, mark: str) -> None:
    """Start the process for a draft, whose row has been committed.

    Where it cannot be started, the page offers to try again after a while.
    """
    _started[:] = [process for process in _started if process.poll() is None]  # those that ended are buried
    environment = {
        **os.environ,
        "FLASK_APP": "wsgi.py",
        "DATABASE_URL": current_app.config["SQLALCHEMY_DATABASE_URI"],
        "INSTANCE_PATH": current_app.instance_path,
    }
    try:
        _started.append(
            subprocess.Popen(  # noqa: S603 -- our own program; the draft is a random id of ours, the mark a hash
                [sys.executable, "-m", "flask", "compliance", "work-on-draft", draft, mark],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
    except OSError:
        log.exception("the work on draft %s could not be started", draft)
