"""Recovery codes: ten words to keep for the day on which the telephone is lost. Each opens the door once.

Only hashes are kept. A code has 60 bits, too few for a plain hash, so argon2id hashes it as it does passwords, salted
with the random id of the account (ASVS 6.5.2).
"""

from collections.abc import Collection
from secrets import choice
from threading import BoundedSemaphore

from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from foundation.stamp import Stamp
from people.models import RecoveryCodeRow
from people.services import passwords

HOW_MANY = 10
GROUPS = 3
GROUP_LENGTH = 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without the letters that are read as a digit or make words."""

_READ_AS = str.maketrans("OIL", "011")
_HASHING = BoundedSemaphore(1)  # one at a time in a process: each takes as much memory as a password does


def new_codes() -> list[str]:
    """Ten codes such as 7K3M-9QXT-B2WD."""
    return ["-".join(_group() for _ in range(GROUPS)) for _ in range(HOW_MANY)]


def _group() -> str:
    return "".join(choice(ALPHABET) for _ in range(GROUP_LENGTH))


def code_hash(account_public_id: str, code: str) -> str:
    """What is kept of a code. Capitals, blanks and hyphens do not matter, nor O for 0, nor I or L for 1.

    Takes as long as a password does: call it outside a transaction.
    """
    with _HASHING:
        return hash_secret_raw(
            _as_made(code).encode(),
            salt=account_public_id.encode(),
            time_cost=passwords.HASHER.time_cost,
            memory_cost=passwords.HASHER.memory_cost,
            parallelism=passwords.HASHER.parallelism,
            hash_len=32,
            type=Type.ID,
        ).hex()


def _as_made(typed: str) -> str:
    return "".join(filter(str.isalnum, typed.upper())).translate(_READ_AS)


def keep(session: Session, account_id: int, hashes: Collection[str]) -> None:
    """Keep new codes of an account; the old ones open nothing any more."""
    forget(session, account_id)
    session.execute(
        insert(RecoveryCodeRow),
        [{"account_id": account_id, "code_hash": hashed, "used_at": None} for hashed in hashes],
    )


def forget(session: Session, account_id: int) -> None:
    """Throw the codes of an account away."""
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id))


def use(session: Session, stamp: Stamp, account_id: int, hashed: str) -> bool:
    """Use a code up. Whether there was one to use: of two who try the same, one finds none."""
    used = session.execute(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.account_id == account_id,
            RecoveryCodeRow.code_hash == hashed,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=stamp.at)
        .returning(RecoveryCodeRow.id)
    ).all()
    return bool(used)


def left(session: Session, account_id: int) -> int:
    """How many codes of an account still open the door."""
    return (
        session.scalar(
            select(func.count())
            .select_from(RecoveryCodeRow)
            .where(RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.used_at.is_(None))
        )
        or 0
    )
