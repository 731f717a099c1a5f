"""The record of files that leave the service: who took which, narrowed by what, how many lines (promises P8, S22)."""

import re
from collections.abc import Collection, Mapping
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
        "day",
        "kind",
        "known_at",
        "on",
        "organisation",
        "reason",
        "requirement",
        "role",
        "scope",
        "sector",
        "show",
        "since",
        "sort",
    }
    | {"state", "status", "unit", "whose"}
)
"""The filters whose values are codes, days or random ids. Of every other one the trail says only that it was used."""
_CODE = re.compile(r"[A-Za-z0-9_.*:-]{1,64}")


def record_export(
    session: Session,
    stamp: Stamp,
    export: str,
    lines: int,
    filters: Mapping[str, str],
    *,
    whole: bool,
    ids: Collection[str] = (),
) -> None:
    """Record that somebody took a file. `whole`: its last line was reached; `lines`: those that were made."""
    kept = without_names(filters, ids)
    audit.record(session, stamp, "export.made", export, lines=lines, whole=whole, filters=kept)


def without_names(filters: Mapping[str, str], ids: Collection[str] = ()) -> dict[str, str]:
    """The filters of a file as the trail may keep them. `ids`: those that in this file are random ids of what there is.

    >>> without_names({"unit": "b3f0", "as_at-day": "3", "q": "Ann Smith", "show": "Ann Smith", "by": ""})
    {'unit': 'b3f0', 'as_at-day': '3', 'q': 'given', 'show': 'given'}
    >>> without_names({"of": "b3f0"}), without_names({"of": "b3f0"}, {"of"}), without_names({"of": "Ann Smith"}, {"of"})
    ({'of': 'given'}, {'of': 'b3f0'}, {'of': 'given'})
    """
    return {
        name: value if (name in ids or name.partition("-")[0] in _CODES) and _CODE.fullmatch(value) else GIVEN
        for name, value in filters.items()
        if value and _CODE.fullmatch(name)
    }
