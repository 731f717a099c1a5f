"""The links of evaluations: signed, naming nobody, and not to be guessed or changed."""

import pytest

from courses.domain.evaluation import When
from courses.services.workshops.tickets import LENGTH, Ticket, new_pair, pair_of, read_token, token_of

KEY, OTHER = "a key of this service", "a key of another service"
PAIR = pair_of(KEY, "ab" * 16, "cd" * 16)


@pytest.mark.parametrize("when", When)
def test_a_link_is_read_back(when: When) -> None:
    ticket = Ticket(4_000_000_000, when, PAIR)
    token = token_of(KEY, ticket)
    assert len(token) == LENGTH
    assert read_token([KEY], token) == ticket
    assert read_token([OTHER, KEY], token) == ticket, "an earlier key of the service still holds"
    assert read_token([OTHER], token) is None


def test_no_letter_of_a_link_can_be_changed() -> None:
    token = token_of(KEY, Ticket(7, When.AFTER, PAIR))
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        assert read_token([KEY], f"{token[:place]}{other}{token[place + 1 :]}") is None
    for odd in ("", "é" * LENGTH, f"{token}=", token[:-1], "=" * LENGTH, "?" * LENGTH):
        assert read_token([KEY], odd) is None


def test_the_pair_token_is_the_same_at_each_moment_and_another_for_each_person_and_workshop() -> None:
    assert pair_of(KEY, "ab" * 16, "cd" * 16) == PAIR
    others = {
        pair_of(KEY, "ab" * 16, "ce" * 16),
        pair_of(KEY, "ac" * 16, "cd" * 16),
        pair_of(OTHER, "ab" * 16, "cd" * 16),
    }
    assert len(others | {PAIR}) == 4
    assert len({new_pair() for _ in range(50)}) == 50


def test_what_is_kept_of_a_pair_token_does_not_open_the_link() -> None:
    ticket = Ticket(7, When.AFTER, PAIR)
    assert PAIR.hex() not in ticket.pair_hash
    assert ticket.pair_hash == Ticket(7, When.BEFORE, PAIR).pair_hash
