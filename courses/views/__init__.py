"""The pages about evidence: telling us about training, the signed register, opening a file, checking what was sent."""

from courses.views import by_hand, checking, evidence, evidence_queue, register, tell_us, withdrawing
from courses.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "by_hand",
    "checking",
    "evidence",
    "evidence_queue",
    "register",
    "tell_us",
    "withdrawing",
]
