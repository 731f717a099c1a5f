"""A figure as scripts read it (interfaces, "Questions out")."""

from typing import Any

from compliance.domain.figures import Counts, Judgement


def numbers_json(counts: Counts, judgement: Judgement | None) -> dict[str, Any]:
    """The whole numbers behind a figure, and how it stands against its target; `compliant` includes `expiring`."""
    return {
        "required": counts.required,
        "exempt": counts.exempt,
        "absent": counts.absent,
        "not_yet_due": counts.not_yet_due,
        "counted": counts.counted,
        "compliant": counts.in_date,
        "expiring": counts.expiring,
        "awaiting_check": counts.awaiting_check,
        "expired": counts.expired,
        "outstanding": counts.outstanding,
        "covered": counts.covered,
        "percent": counts.percent,
        "gross_percent": counts.gross_percent,
        "target": judgement.target if judgement else None,
        "target_met": judgement.met if judgement else None,
        "people_to_target": judgement.people_to_target if judgement else None,
        "rag": judgement.rag.value if judgement else None,
    }
