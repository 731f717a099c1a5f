"""Whether a time server vouches for the machine's clock: on Linux the kernel knows (adjtimex(2)).

Whoever sets the clock by hand, and every sleep of the machine, makes the kernel forget that a time server vouched for
it; systemd-timesyncd, chrony and ntpd say so again once they have set it right. So a clock that has moved, and is
vouched for, is right now: for SQLite, what the database server's own clock is for PostgreSQL.
"""

import ctypes
from datetime import UTC, datetime

_NOT_AGREED = 5
"""TIME_ERROR: what the kernel answers while nobody vouches for the clock."""


class _Timex(ctypes.Structure):
    """`struct timex` of the kernel; what it has beyond these is only made room for."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        *((name, ctypes.c_long) for name in ("constant", "precision", "tolerance")),
        ("seconds", ctypes.c_long),
        ("fraction", ctypes.c_long),
        ("rest", ctypes.c_char * 256),
    )


def agreed_now() -> datetime | None:
    """What the kernel's clock says, to the second; None where no time server vouches for it, or the system has no
    such answer."""
    try:
        ask = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError, TypeError):  # another system than Linux
        return None
    asked = _Timex()
    answer: int = ask(ctypes.byref(asked))
    if answer < 0 or answer >= _NOT_AGREED:
        return None
    return datetime.fromtimestamp(asked.seconds, UTC)
