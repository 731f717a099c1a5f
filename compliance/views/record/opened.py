"""Whoever opens the whole record of a person is written into the audit trail (promises P8)."""

import logging

from foundation import audit, clock
from foundation.db import Session, db, transaction
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people import auth
from people.views.exports import MOMENT

log = logging.getLogger(__name__)


def record_opened(public_id: str) -> None:
    """Write it once the page or the file is made, in a transaction of its own: a write would end what a page reads.

    The reader is not kept waiting, nor refused: when it is nobody's turn to write within a moment, the log has it.
    """
    stamp = Stamp(auth.stamp().actor, clock.now())
    try:
        with Session(db.engine) as own, transaction(own, wait_seconds=MOMENT) as session:
            audit.record(session, stamp, "record.opened", f"person:{public_id}")
    except DomainError:
        log.warning("record.opened is not in the audit trail: %s opened person:%s", stamp.actor, public_id)
