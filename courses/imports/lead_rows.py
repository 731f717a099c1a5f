"""What the rows of a partner lead's file may say: new training, which somebody else still has to check.

A lead adds completions for the own people, one by one or by a file, and corrects none (promises 8): what stands on
record is put right by learning and development. Pure.
"""

from courses.domain import Evidence
from courses.imports.completion_rows import Extras

DIFFERENT = (
    "This is on record already, and the row says something else of it. Ask your training team to correct it."
)
NOT_ACCEPTED = (
    "This was not accepted before. Add it on the person's page, where a file with the proof can go with it."
)
REJECTED = "A partner lead's file cannot say that training was rejected. Leave the row out."


def as_told(row: Extras) -> Extras:
    """A row as a lead tells it: not trusted, however the file calls it. One that says `rejected` is set aside before.

    >>> as_told(Extras("Quay", "", "verified", None)).evidence, as_told(Extras("", "", "", None)).evidence
    ('awaiting', 'awaiting')
    """
    return row._replace(evidence=Evidence.AWAITING.value)


def objection(row: Extras, before: Extras) -> str:
    """Why a row about what stands on record cannot be taken; empty where it says nothing new.

    What is empty in the row says nothing, and neither does its evidence: that was decided by others.

    >>> objection(Extras("", "", "awaiting", None), Extras("Quay", "7", "trusted", None))
    ''
    """
    if before.evidence == Evidence.REJECTED:
        return NOT_ACCEPTED
    said = (
        (row.provider, before.provider),
        (row.reference, before.reference),
        (row.revoked_on, before.revoked_on),
    )
    return DIFFERENT if any(now and now != then for now, then in said) else ""
