"""What is sealed for one purpose opens for that purpose alone, with a key of ours, for as long as it is meant to."""

from datetime import UTC, datetime, timedelta

import pytest

from people.services.sealing import Seal

AT = datetime(2026, 5, 3, 12, tzinfo=UTC)
OLD, NEW = "the old key of the service", "the new key of the service"


def test_what_was_sealed_opens_for_its_purpose() -> None:
    seal = Seal([NEW])
    sealed = seal.close("JBSWY3DP", "account 1", AT)
    assert "JBSWY3DP" not in sealed
    assert seal.open(sealed, "account 1") == "JBSWY3DP"
    assert seal.open(sealed, "account 2") is None


def test_the_same_words_look_different_each_time() -> None:
    seal = Seal([NEW])
    assert seal.close("word", "purpose", AT) != seal.close("word", "purpose", AT)


def test_an_earlier_key_opens_and_the_one_in_force_closes() -> None:
    sealed = Seal([OLD]).close("word", "purpose", AT)
    both = Seal([NEW, OLD])
    assert both.open(sealed, "purpose") == "word"
    assert not both.is_current(sealed, "purpose")
    anew = both.close("word", "purpose", AT)
    assert both.is_current(anew, "purpose")
    assert Seal([NEW]).open(anew, "purpose") == "word"
    assert Seal([OLD]).open(anew, "purpose") is None


def test_a_lost_key_opens_nothing_and_breaks_nothing() -> None:
    sealed = Seal([OLD]).close("word", "purpose", AT)
    assert Seal([NEW]).open(sealed, "purpose") is None


@pytest.mark.parametrize("rubbish", ["", "x", "gAAAAA", "gAAAAABp" + "A" * 80, "naïve"])
def test_rubbish_opens_nothing_and_breaks_nothing(rubbish: str) -> None:
    assert Seal([NEW]).open(rubbish, "purpose") is None
    assert Seal([NEW]).open(rubbish, "purpose", AT, timedelta(minutes=1)) is None


@pytest.mark.parametrize("change", range(0, 100, 9))
def test_a_changed_letter_is_noticed(change: int) -> None:
    sealed = Seal([NEW]).close("word", "purpose", AT)
    letter = "A" if sealed[change] != "A" else "B"
    assert Seal([NEW]).open(sealed[:change] + letter + sealed[change + 1 :], "purpose") is None


def test_a_sealed_word_lasts_as_long_as_it_is_asked_to() -> None:
    seal, lasts = Seal([NEW]), timedelta(minutes=15)
    sealed = seal.close("word", "purpose", AT)
    assert seal.open(sealed, "purpose", AT + lasts, lasts) == "word"
    assert seal.open(sealed, "purpose", AT + lasts + timedelta(seconds=1), lasts) is None
