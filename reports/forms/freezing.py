"""Keeping a report for good, and what owners say about its figures."""

from people.forms.once import OnceForm


class FreezeForm(OnceForm):
    """Keep this report of this day."""
