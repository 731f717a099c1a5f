"""Moments as pages say them: in London's zone."""

from datetime import datetime

from foundation.clock import LONDON
from reports.domain.description import moment_text


def moment(at: datetime) -> str:
    """A moment of the record in words."""
    return moment_text(at.astimezone(LONDON))
