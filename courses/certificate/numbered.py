"""Folders of numbered files that are written once and never changed: `0001.pem`, `0002.pem`, and so on.

Several processes may write the next one at once. Each writes aside and puts its file in place by a link, which fails
where another was first; so a name never stands for half a file, nor for two.
"""

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import DomainError


@dataclass(frozen=True, slots=True)
class NumberedFiles:
    """The files of one folder that end alike."""

    folder: Path
    ending: str

    def numbers(self) -> list[int]:
        """The numbers in use, in their order."""
        shape = re.compile(rf"([0-9]{{4,}}){re.escape(self.ending)}")
        found = (shape.fullmatch(path.name) for path in self.folder.glob(f"*{self.ending}"))
        return sorted(int(match[1]) for match in found if match)

    def path(self, number: int) -> Path:
        """Where a number is kept."""
        return self.folder / f"{number:04d}{self.ending}"

    def add(self, number: int, content: bytes) -> bool:
        """Keep a file, for its owner's eyes alone; whether nobody else had taken the number."""
        try:
            self._make_folder()
            descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".part-")  # made with mode 0600
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.link(name, self.path(number))
            except FileExistsError:
                return False
            finally:
                Path(name).unlink()
            self._write_through()
        except OSError as error:
            raise DomainError(
                f"The folder {self.folder} cannot be written to ({error.strerror}). Nothing was changed."
            ) from error
        return True

    def _make_folder(self) -> None:
        """The folder and those above it up to the instance folder, for the owner alone."""
        missing = [one for one in (self.folder, *self.folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)

    def _write_through(self) -> None:
        """Have the folder remember the new name even if the power fails now. Windows cannot open folders."""
        if os.name == "nt":
            return
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
