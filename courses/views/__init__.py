"""The pages about evidence: telling us about training, the signed register, opening a file."""

from courses.views import evidence, register, tell_us
from courses.views.blueprint import blueprint

__all__ = ["blueprint", "evidence", "register", "tell_us"]
