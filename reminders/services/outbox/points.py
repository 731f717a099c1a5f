"""The moments at which a process that sends may die. Tests put its death there; otherwise nothing happens."""

from enum import StrEnum


class Point(StrEnum):
    """Named as in the crash matrix of docs/adr/0010."""

    CLAIMED = "W1"
    CONNECTED = "W2"
    BEGUN = "W4"
    MARKED = "W5"
    NOTED = "W5n"
    ANSWERED = "W8"
    ANSWER_NOTED = "W8n"
    SETTLED = "W9"


def reached(_point: Point) -> None:
    """Nothing: tests take its place."""
