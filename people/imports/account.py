"""The account of an import: what changes, what was set aside, what to know. A preview and the act give the same one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TextIO

from foundation.errors import DomainError, Problem


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes. `before` and `after` are what their text says; None: there was, or will be, nothing."""

    what: str
    subject: object
    before: object = None
    after: object = None

    def as_row(self) -> dict[str, str]:
        return {
            "what": self.what,
            "subject": str(self.subject),
            "before": _text(self.before),
            "after": _text(self.after),
        }


@dataclass
class Account:
    """What an import does, or would do. `kinds` gives each kind of change its words, in order."""

    kind: str
    file: str
    kinds: Mapping[str, str]
    rows: int = 0
    blank_rows: int = 0
    as_at: date | None = None
    set_aside: Sequence[Problem] = ()
    set_aside_rows: int = 0
    notices: Sequence[Problem] = ()
    changes: list[Change] = field(default_factory=list)
    refusals: Sequence[Problem] = ()
    batch: int | None = None
    mend: Callable[[TextIO], None] = lambda _: None
    """Writes the rows that were set aside as a file to mend and load again."""

    @property
    def counts(self) -> dict[str, int]:
        """How many changes of each kind; every kind is named."""
        found = Counter(change.what for change in self.changes)
        return {kind: found[kind] for kind in self.kinds}

    def as_json(self) -> dict[str, Any]:
        """The whole account as one document."""
        return {
            "kind": self.kind,
            "file": self.file,
            "as_at": self.as_at,
            "rows": self.rows,
            "blank_rows": self.blank_rows,
            "counts": self.counts,
            "changes": [change.as_row() for change in self.changes],
            "set_aside_rows": self.set_aside_rows,
            "set_aside": [_problem(problem) for problem in self.set_aside],
            "notices": [_problem(problem) for problem in self.notices],
            "refused": [problem.message for problem in self.refusals],
            "batch": self.batch,
        }


class ImportRefused(DomainError):  # noqa: N818 -- named as the outcome that commands and pages show
    """The import was refused and nothing was changed; its account says what it would have done."""

    def __init__(self, account: Account) -> None:
        super().__init__(*account.refusals)
        self.account = account


def _text(value: object) -> str:
    if type(value) is tuple:
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _problem(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "column": problem.column, "message": problem.message}
