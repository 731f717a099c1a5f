"""Words that are kept or carried sealed: nobody reads or makes them without the key of the service.

The keys are made from SECRET_KEY, one for each purpose, so that what was sealed for one account or page opens at no
other. Earlier values of SECRET_KEY open what they sealed (`SECRET_KEY_FALLBACKS`, docs/operations.md).
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


class Seal:
    """Seals and opens words for purposes. `keys`: the key in force first, then the earlier ones."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)

    def close(self, words: str, purpose: str, at: datetime) -> str:
        """The words, sealed for a purpose at a moment, with the key in force."""
        sealed = self._fernet(purpose).encrypt_at_time(words.encode(), int(at.timestamp()))
        return sealed.decode("ascii")

    def open(
        self, sealed: str, purpose: str, at: datetime | None = None, lasts: timedelta | None = None
    ) -> str | None:
        """The words; None when no key of ours sealed them for this purpose, or longer ago than `lasts` before `at`."""
        fernet = self._fernet(purpose)
        try:
            if at is None or lasts is None:
                return fernet.decrypt(sealed.encode()).decode()
            return fernet.decrypt_at_time(
                sealed.encode(), int(lasts.total_seconds()), int(at.timestamp())
            ).decode()
        except InvalidToken:
            return None

    def is_current(self, sealed: str, purpose: str) -> bool:
        """Whether the key in force sealed this, and not an earlier one."""
        return Seal(self._keys[:1]).open(sealed, purpose) is not None

    def _fernet(self, purpose: str) -> MultiFernet:
        return MultiFernet([Fernet(_derived(key, purpose)) for key in self._keys])


def _derived(key: str, purpose: str) -> bytes:
    """A key of its own for a purpose (HKDF-SHA256): knowing one tells nothing about another."""
    made = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"sealed for {purpose}".encode())
    return urlsafe_b64encode(made.derive(key.encode()))
