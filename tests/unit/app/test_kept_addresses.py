"""Which addresses text is kept for: judged in one reading, however long they are."""

import pytest

from app.kept import _ADDRESS


@pytest.mark.parametrize(
    "address", ["/", "/my-team/delegates/new", "/people/0a/", "/my-team?q=a%20b&sort=-due"]
)
def test_addresses_of_ours_are_known(address: str) -> None:
    assert _ADDRESS.fullmatch(address)


@pytest.mark.parametrize("address", ["", "my-team", "//elsewhere.test", "/a//b", "/a b", "/a\\b", "/a?<b>"])
def test_other_addresses_are_not(address: str) -> None:
    assert not _ADDRESS.fullmatch(address)


def test_a_long_address_is_read_once() -> None:
    """Each letter more used to double the work: this one would never have ended."""
    assert not _ADDRESS.fullmatch("/" + "a" * 5000 + "!")
