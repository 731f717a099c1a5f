"""Files that commands write about people: whole or not at all, and for nobody's eyes but their owner's."""

import os
import tempfile
from pathlib import Path

from foundation.errors import DomainError


def write_private(path: Path, content: bytes) -> None:
    """Put a file in place whole, with mode 0600. Raises DomainError where that fails; what was issued stays issued."""
    name = ""
    try:
        descriptor, name = tempfile.mkstemp(
            dir=path.absolute().parent, prefix=".part-"
        )  # made with mode 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True) if name else None
        raise DomainError(f"{path} cannot be written: {error.strerror}.") from error
