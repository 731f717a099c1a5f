"""What is kept of a preview: numbers in the database, and what it showed in a nutshell."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from compliance.services.importing.kinds import Compared
from people.imports.account import Account


def changes_of(kind: str) -> str:
    """The name of the list of changes of one kind."""
    return f"changes-{kind}"


def digest(account: Account) -> str:
    """What an account says that it does, in a nutshell: two that differ in one change have two."""
    return _nutshell(
        account.rows,
        [list(change.as_row().values()) for change in account.changes],
        [[problem.line, problem.column, problem.message] for problem in account.set_aside],
    )


def _nutshell(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def found_of(compared: Compared, *, stale: bool) -> dict[str, Any]:
    """What the database keeps of a preview: numbers, and no name."""
    account = compared.account
    numbers: Mapping[str, Any] = {
        "rows": account.rows,
        "blank_rows": account.blank_rows,
        "counts": account.counts,
        "set_aside_rows": account.set_aside_rows,
        "notices": len(account.notices),
        "leavers": compared.leavers,
        "held_back": bool(compared.reasons),
        "digest": digest(account),
        "stale": stale,
    }
    return dict(numbers)
