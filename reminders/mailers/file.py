"""Messages written to a folder, one .eml file each: for tests, and for mail that another program carries on."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote

from reminders.domain.letter import Letter, Mailer, MailerUnusableError, NotNowError

SCHEMES = frozenset({"file"})


@dataclass(frozen=True, slots=True)
class FileMailer:
    """Writes a file aside and puts it in place when it is whole, so that nobody reads half a message."""

    folder: Path

    def open(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise MailerUnusableError(f"The folder of MAIL_URL cannot be made: {error.strerror}.") from error

    def begin(self, sender: str, to: str) -> None:
        """Nobody to ask."""

    def finish(self, letter: Letter) -> None:
        # The same message has the same name: sent again, it takes its own place.
        place = self.folder / f"{letter.message_id.strip('<>').partition('@')[0]}.eml"
        try:
            descriptor, name = tempfile.mkstemp(
                dir=self.folder, prefix=".writing-"
            )  # readable by its owner alone
            with os.fdopen(descriptor, "wb") as file:
                file.write(letter.content)
            Path(name).replace(place)
        except OSError as error:
            raise NotNowError(f"The file cannot be written: {error.strerror}") from error

    def abandon(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


def mailer_for(address: SplitResult) -> Mailer:
    """The mailer of `file:/folder`."""
    return FileMailer(Path(unquote(address.path)))
