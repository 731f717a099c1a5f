"""The pages about evidence: telling us about training, the signed register, opening a file, checking what was sent;
workshops; and certificates."""

from courses.views import (
    by_hand,
    certificates,
    checking,
    evidence,
    evidence_queue,
    register,
    registers,
    tell_us,
    withdrawing,
    workshops,
)
from courses.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "by_hand",
    "certificates",
    "checking",
    "evidence",
    "evidence_queue",
    "register",
    "registers",
    "tell_us",
    "withdrawing",
    "workshops",
]
