"""Every status is spoken of, in every place, and the words agree with the counting rules."""

import pytest

from compliance import wording
from compliance.domain.spans import REQUIRED_STATUSES, Status
from compliance.services.importing import history
from compliance.services.importing.kinds import BATCH_CHANGES
from compliance.views.shown import GROUPS, show_options, statuses_of
from courses.domain import Evidence, Mode
from foundation.errors import NotFound
from people.domain import AbsenceKind, Category
from people.wording import ABSENCE_WORDS, CATEGORY_WORDS


def test_every_key_has_its_words() -> None:
    assert set(wording.STATUS_WORDS) == set(wording.STATUS_TONES) == set(wording.URGENCY) == set(Status)
    assert len(wording.URGENCY) == len(Status)
    assert set(wording.EVIDENCE_WORDS) == set(Evidence)
    assert set(wording.ASK) == set(Mode)
    assert set(CATEGORY_WORDS) == set(Category)
    assert set(ABSENCE_WORDS) == set(AbsenceKind)


def test_every_change_of_a_file_is_told_of_one_and_of_several() -> None:
    for words in (*BATCH_CHANGES.values(), history.UNDO_WORDS):
        for several in words.values():
            assert history.counted(several, 2) == f"2 {several}"
            assert history.counted(several, 1).startswith("1 ")


def test_no_two_statuses_have_the_same_words() -> None:
    assert len(set(wording.STATUS_WORDS.values())) == len(Status)


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
