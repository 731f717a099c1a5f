"""Evaluation of workshops: five statements, asked before, after and six months later (domain notes 8). Pure.

Nobody's answers can be told apart from another's: an answer bears the hash of a token, never a person, and figures are
shown from five answers on.
"""

from enum import StrEnum

FEWEST_SHOWN = 5
"""Fewer answers than this are not shown: who gave them could be guessed."""
AGREES = 4
"""From this mark on (4 and 5) somebody agrees."""
LATER_MONTHS = 6


class When(StrEnum):
    """When the statements are put to somebody."""

    BEFORE = "before"
    AFTER = "after"
    LATER = "later"


STATEMENTS = (
    "I could recognise signs that somebody may be drawn into terrorism.",
    "I know how to notice, check and share a concern.",
    "I know whom to tell about a concern.",
    "I know what Channel is and how it helps people.",
    "I am confident that I would raise a concern.",
)
MARKS = (
    (1, "Strongly disagree"),
    (2, "Disagree"),
    (3, "Neither agree nor disagree"),
    (4, "Agree"),
    (5, "Strongly agree"),
)
