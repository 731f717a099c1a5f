"""Codes at the door: they rotate, the one before is taken, and no other workshop's opens it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.domain.workshops import Sitting
from courses.services.workshops.door import LENGTH, SECONDS, code_at, seconds_left
from courses.store.workshops import Workshop

NOW = datetime(2026, 5, 12, 9, 0, 30, tzinfo=UTC)


def workshop(public_id: str = "a" * 32) -> Workshop:
    sitting = Sitting("WRAP", NOW, NOW + timedelta(hours=2), 20)
    return Workshop(1, public_id, "W-2026-001", 1, "WRAP", sitting, NOW, "tests")


def test_a_code_is_short_and_stands_for_a_minute() -> None:
    first = code_at("secret", workshop(), NOW)
    assert len(first) == LENGTH
    assert code_at("secret", workshop(), NOW + timedelta(seconds=29)) == first
    assert code_at("secret", workshop(), NOW + timedelta(seconds=30)) != first
    assert code_at("secret", workshop(), NOW + timedelta(seconds=30), windows_ago=1) == first


def test_another_workshop_and_another_secret_have_other_codes() -> None:
    codes = {
        code_at("secret", workshop(), NOW),
        code_at("secret", workshop("b" * 32), NOW),
        code_at("other", workshop(), NOW),
    }
    assert len(codes) == 3


@given(st.integers(0, 4 * 365 * 86_400_000))
def test_the_next_code_comes_when_the_page_says(milliseconds: int) -> None:
    moment = NOW + timedelta(milliseconds=milliseconds)
    left = seconds_left(moment)
    assert 1 <= left <= SECONDS
    following = moment.replace(microsecond=0) + timedelta(seconds=left)
    assert code_at("secret", workshop(), following, windows_ago=1) == code_at("secret", workshop(), moment)
    assert code_at("secret", workshop(), following) != code_at("secret", workshop(), moment)
