"""Readers who may not know names cannot work out a small group from what one row shows them (docs/security.md)."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.disclosure import disclosed
from compliance.domain.figures import Counts
from tests.oracle.profiles import examples

LEAST = 5
NUMBER = st.integers(0, 12)
COUNTS = st.builds(Counts, *([NUMBER] * 8)).flatmap(
    lambda counts: st.integers(counts.in_date, counts.required - counts.awaiting_check).map(
        lambda covered: Counts(
            counts.exempt,
            counts.absent,
            counts.expiring,
            counts.compliant,
            counts.not_yet_due,
            counts.awaiting_check,
            counts.expired,
            counts.outstanding,
            covered,
        )
    )
)


@examples(500)
@given(COUNTS)
def test_no_number_and_no_difference_of_two_sums_that_are_shown_is_small(counts: Counts) -> None:
    shown = disclosed(counts, LEAST)
    numbers: list[int] = []
    if shown.result:
        numbers += [counts.counted, counts.in_date, counts.counted - counts.in_date]
    if shown.parts:
        numbers += [
            counts.expiring,
            counts.compliant,
            counts.awaiting_check,
            counts.expired,
            counts.outstanding,
        ]
    if shown.others:
        not_counted = [counts.exempt, counts.absent, counts.not_yet_due]
        numbers += not_counted
        numbers += [counts.required - counts.counted, counts.required - counts.covered]
        numbers += [abs(counts.covered - counts.in_date)]
        numbers += [one + other for one, other in combinations(not_counted, 2)]
    assert not [number for number in numbers if 0 < number < LEAST]


@examples(100)
@given(COUNTS)
def test_whoever_may_see_names_sees_every_number(counts: Counts) -> None:
    assert disclosed(counts, 0).result
    assert disclosed(counts, 0).parts
    assert disclosed(counts, 0).others


def test_a_group_of_nobody_is_no_secret() -> None:
    assert disclosed(Counts(compliant=20, covered=20), LEAST).others
