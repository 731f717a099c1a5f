"""The record of files that leave the service: who took which, narrowed by what, how many lines (promises P8, S22)."""

import re
from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from foundation import audit
from foundation.stamp import Stamp

GIVEN: Final = "given"
"""What stands for the value of a filter that may be somebody's name."""

_CODES: Final = frozenset(
    {
        "as_at",
        "by",
        "course",
        "known_at",
        "organisation",
        "requirement",
        "role",
        "scope",
        "sector",
        "show",
        "sort",
    }
    | {"status", "unit", "whose"}
)
"""The filters whose values are codes, days or random ids. Of every other one the trail says only that it was used."""
_CODE = re.compile(r"[A-Za-z0-9_.*:-]{1,64}")


def record_export(
    session: Session, stamp: Stamp, export: str, lines: int, filters: Mapping[str, str], *, whole: bool
) -> None:
    """Record that somebody took a file. `whole`: its last line was reached; `lines`: those that were made."""
    audit.record(
        session, stamp, "export.made", export, lines=lines, whole=whole, filters=without_names(filters)
    )


def without_names(filters: Mapping[str, str]) -> dict[str, str]:
    """The filters of a file as the trail may keep them.

    >>> without_names({"unit": "b3f0", "as_at-day": "3", "q": "Ann Smith", "show": "Ann Smith", "by": ""})
    {'unit': 'b3f0', 'as_at-day': '3', 'q': 'given', 'show': 'given'}
    """
    return {
        name: value if name.partition("-")[0] in _CODES and _CODE.fullmatch(value) else GIVEN
        for name, value in filters.items()
        if value and _CODE.fullmatch(name)
    }
