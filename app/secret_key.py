"""The key that signs: what may be one in production, and the one that a fresh installation makes for itself."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from pydantic import SecretStr

SHORTEST_KEY: Final = 32
FEWEST_KEY_CHARACTERS: Final = 10  # a key of one repeated word is not secret, however long


def guessable(key: SecretStr) -> bool:
    """Whether a key is too short or too plain to keep anything secret."""
    value = key.get_secret_value()
    return len(value) < SHORTEST_KEY or len(set(value)) < FEWEST_KEY_CHARACTERS


def kept_key(path: Path) -> str:
    """The key in the file, made on first use and readable by its owner alone.

    Two processes that start at once must agree: the key is written aside and put in place by a link, which
    fails where the other was first.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")  # made with mode 0600
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    return path.read_text(encoding="ascii").strip()
