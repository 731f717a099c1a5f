"""Messages printed to standard output, for trying the service without a mail server."""

from urllib.parse import SplitResult

import click

from reminders.domain import Letter, Mailer

SCHEMES = frozenset({"console"})


class ConsoleMailer:
    """Prints what people would read."""

    def open(self) -> None:
        """Nothing to do."""

    def send(self, letter: Letter) -> None:
        click.echo(f"--- email to {letter.to}\nSubject: {letter.subject}\n\n{letter.body}\n--- end of email")

    def close(self) -> None:
        """Nothing to do."""


def mailer_for(_address: SplitResult) -> Mailer:
    """The mailer of `console:`."""
    return ConsoleMailer()
