"""Every status is spoken of, in every place, and the words agree with the counting rules."""

from datetime import date

import pytest

from compliance import wording
from compliance.domain.spans import REQUIRED_STATUSES, Status
from compliance.views.shown import GROUPS, show_options, statuses_of
from courses.domain import Evidence
from foundation.dates import FAR_DAY
from foundation.errors import NotFound
from people.domain import AbsenceKind, Category

DUE, ENDS = date(2026, 12, 1), date(2027, 3, 31)


def test_every_key_has_its_words() -> None:
    assert set(wording.STATUS_WORDS) == set(wording.STATUS_TONES) == set(wording.URGENCY) == set(Status)
    assert len(wording.URGENCY) == len(Status)
    assert set(wording.EVIDENCE_WORDS) == set(Evidence)
    assert set(wording.CATEGORY_WORDS) == set(Category)
    assert set(wording.ABSENCE_WORDS) == set(AbsenceKind)


def test_no_two_statuses_have_the_same_words() -> None:
    assert len(set(wording.STATUS_WORDS.values())) == len(Status)


@pytest.mark.parametrize(
    "status, valid_until, expected",
    [
        (Status.COMPLIANT, ENDS, "Nothing to do until 31 March 2027"),
        (Status.COMPLIANT, FAR_DAY, "Nothing to do: this does not expire"),
        (Status.COMPLIANT, None, "Nothing to do: this does not expire"),
        (Status.EXPIRING, ENDS, "Renew by 31 March 2027"),
        (Status.NOT_YET_DUE, None, "Do this by 1 December 2026"),
        (Status.AWAITING_CHECK, None, "Nothing to do: someone is checking the evidence"),
        (Status.EXPIRED, ENDS, "Do this now: it ran out on 31 March 2027"),
        (Status.EXPIRED, None, "Do this now: it no longer counts"),
        (Status.OUTSTANDING, None, "Do this now: it was due by 1 December 2026"),
        (Status.ABSENT, None, "Nothing to do while away from work"),
        (Status.EXEMPT, None, "Nothing to do while the exemption lasts"),
        (Status.NOT_REQUIRED, None, "Nothing to do"),
    ],
)
def test_the_headline_says_what_next_and_by_when(
    status: Status, valid_until: date | None, expected: str
) -> None:
    assert wording.headline(status, DUE, valid_until) == expected


@pytest.mark.parametrize("status", Status)
def test_a_headline_tells_those_to_act_who_have_to(status: Status) -> None:
    idle = wording.headline(status, DUE, ENDS).startswith("Nothing to do")
    assert idle == (status not in wording.TO_DO)


def test_the_groups_of_a_list_add_up_as_the_figures_do() -> None:
    groups = {key: set(statuses) for key, (_, statuses) in GROUPS.items()}
    assert groups["all_required"] == set(REQUIRED_STATUSES)
    assert groups["all_counted"] | groups["all_not_counted"] == groups["all_required"]
    assert not groups["all_counted"] & groups["all_not_counted"]
    assert groups["all_compliant"] | groups["all_to_do"] == groups["all_counted"]
    assert not groups["all_compliant"] & groups["all_to_do"]


def test_every_choice_of_statuses_can_be_asked_for() -> None:
    for value, words in show_options():
        assert words
        assert statuses_of(value)
    assert statuses_of("") == REQUIRED_STATUSES
    for unknown in ("not_required", "nonsense", "COMPLIANT"):
        with pytest.raises(NotFound):
            statuses_of(unknown)
