"""Who writes about workshops: the words, the addresses and the calendar of the council, and the key of the service.

The words are rendered by a later package and the settings are the app's, so `app` says who writes (`speaks_for`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from foundation.calendar_file import Publisher


class Voice(Protocol):
    """Makes the words of messages from templates/emails."""

    def subject(self, template: str, **values: object) -> str:
        """What a message is about, as one line."""
        ...

    def body(self, template: str, **values: object) -> str:
        """What it says, as plain text."""
        ...

    def address(self, path: str) -> str:
        """A page's address, with the host of the settings."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """The council as it speaks of workshops.

    `keys`: that of the service, from which others are derived, and earlier ones. `plain`: a name as a message may hold
    it, in one line and with nothing that a mail program would make a link of.
    """

    voice: Voice
    publisher: Publisher
    keys: tuple[str, ...] = field(repr=False)
    plain: Callable[[str], str]


_houses: list[House] = []


def speaks_for(house: House) -> None:
    """Make this the house that speaks. `app` calls this once."""
    _houses[:] = [house]


def house() -> House:
    """The house that speaks."""
    return _houses[0]
