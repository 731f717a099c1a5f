"""Which numbers of a figure may be read by those who may not know names (docs/security.md).

A number of people from 1 to `least` - 1 could point at somebody. Hiding it alone is not enough: a row holds sums and
percentages from which it could be worked out. So the numbers are withheld in the groups that add up to each other.
"""

from dataclasses import dataclass

from compliance.domain.figures import Counts


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What may be shown of a figure.

    `result`: counted, compliant, percent and the judgement. `parts`: the counted statuses one by one. `others`: those
    who are not counted and why, everyone required, and the percentage of them.
    """

    result: bool = True
    parts: bool = True
    others: bool = True


EVERYTHING_SHOWN = Disclosed()


def disclosed(counts: Counts, least: int) -> Disclosed:
    """What a reader may see who sees no number of people below `least`; 0 for those who may see names.

    >>> disclosed(Counts(compliant=90, outstanding=10, exempt=2, covered=90), 5)
    Disclosed(result=True, parts=True, others=False)
    >>> disclosed(Counts(compliant=97, outstanding=3, covered=97), 5)
    Disclosed(result=False, parts=False, others=False)
    """
    result = not _any_few(least, counts.counted, counts.in_date, counts.counted - counts.in_date)
    in_parts = (counts.compliant, counts.expiring, counts.awaiting_check, counts.expired, counts.outstanding)
    not_counted = (counts.exempt, counts.absent, counts.not_yet_due)
    # The percentage of all required tells how many are covered, so the difference of the two counts as well.
    gross = (counts.required - counts.covered, abs(counts.covered - counts.in_date))
    return Disclosed(
        result=result,
        parts=result and not _any_few(least, *in_parts),
        others=result and not _any_few(least, *not_counted, sum(not_counted), *gross),
    )


def _any_few(least: int, *numbers: int) -> bool:
    return any(0 < number < least for number in numbers)
