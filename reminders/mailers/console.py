"""Messages printed to standard output, for trying the service without a mail server."""

import re
from urllib.parse import SplitResult

import click

from reminders.domain.letter import Letter, Mailer

SCHEMES = frozenset({"console"})
CALENDAR_WORDS = "with an entry for the calendar"
_CALENDAR = b"Content-Type: text/calendar"
_FILE = re.compile(rb'Content-Disposition: attachment;\r\n filename="([A-Za-z0-9._-]+)"')


class ConsoleMailer:
    """Prints what people would read."""

    def open(self) -> None:
        """Nothing to do."""

    def begin(self, sender: str, to: str) -> None:
        """Nobody to ask."""

    def finish(self, letter: Letter) -> None:
        goes_with_it = f"({CALENDAR_WORDS})\n" if _CALENDAR in letter.content else ""
        file = _FILE.search(letter.content)
        goes_with_it += f"(with the file {file[1].decode('ascii')})\n" if file else ""
        click.echo(
            f"--- email to {letter.to}\nSubject: {letter.subject}\n\n{letter.body}\n{goes_with_it}--- end of email"
        )

    def abandon(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


def mailer_for(_address: SplitResult) -> Mailer:
    """The mailer of `console:`."""
    return ConsoleMailer()
