"""How passwords are kept (promise S6), and which new ones are refused, by the name of the reason (bad input G05)."""

import secrets

import pytest
from argon2 import PasswordHasher

from foundation.errors import DomainError
from people.services import passwords
from people.services.passwords import check_new_password, hash_password, problem_with, verify_password

EMAIL = "samantha.okonkwo@council.example"
NAMES = ("Example Borough Council", "Prevent training")

TOO_SHORT = "12 characters or more"
TOO_SHORT_FOR_OTHERS = "15 characters or more, because you can see other people's records"
TOO_LONG = "1,000 characters or fewer"
NOT_TYPED = "cannot be typed"
REPEATS = "repeat or count"
COMMON = "among the first that are tried"
OF_EMAIL = "not mainly your email address"
OF_NAMES = "not mainly the name of the council or of this service"
OF_WORDS = "words that anybody here would try first"

REFUSED = [
    ("", TOO_SHORT),
    ("elevenchars", TOO_SHORT),
    ("x7$Kq9!vB2#", TOO_SHORT),
    ("x" * 1001, TOO_LONG),
    ("a kettle of geese\0", NOT_TYPED),
    ("a kettle of geese\ud800", NOT_TYPED),
    ("Prevent2026!", '"prevent"'),
    ("pr3v3nt-pr3v3nt", '"prevent"'),
    ("P@ssw0rd2026!!", '"password"'),
    ("MyPassword1234", '"password"'),
    ("Welcome-2026-!", '"welcome"'),
    ("ChangeMe!2026", '"changeme"'),
    ("Example Borough 1", OF_NAMES),
    ("ExampleCouncil1", OF_NAMES),
    ("examplexampl3", OF_NAMES),
    ("Samantha.Okonkwo", OF_EMAIL),
    ("samantha2026!!", OF_EMAIL),
    ("$amantha0konkw0", OF_EMAIL),
    ("samantha-borough-x", OF_WORDS),
    (" " * 64, REPEATS),
    ("aaaaaaaaaaaa", REPEATS),
    ("🦆" * 12, REPEATS),
    ("123456789012", REPEATS),
    ("abcdefghijklmnop", REPEATS),
    ("qwertyuiop[]", REPEATS),
    ("qwertyuiopasdfgh", REPEATS),
    ("abcabcabcabc", REPEATS),
    ("dragondragondr", REPEATS),
    ("Dragon2026!!!", COMMON),
    ("!!!Liverpool99", COMMON),
    ("1q2w3e4r5t6y", COMMON),
    ("leavemealone", COMMON),
    ("LeaveMeAlone", COMMON),
    ("l34v3m3al0n3", COMMON),
    ("S U N S H I N E 1", COMMON),
]
GOOD = [
    "three geese, a kettle",
    "correct horse battery staple",
    "x7$Kq9!vB2#m",
    "   blanks   inside   ",
    "🦆 three geese 🦢",
    "вода течёт через горы",
    "two rivers and a prevented flood",
    "our council garden has nine gates",
    "98412076503918",
    "ab" * 3 + "the heron waits" + "x" * 500,
    "the heron waits at noon " * 41,
]


@pytest.mark.parametrize("password", [EMAIL, EMAIL.upper(), f"{EMAIL}1!"])
def test_nobodys_own_email_address_is_a_password(password: str) -> None:
    assert problem_with(password, email=EMAIL, names=NAMES) is not None
    assert (
        problem_with("efua.nwosuford@hospitals-nhs.example", email="efua.nwosuford@hospitals-nhs.example")
        is not None
    )


@pytest.mark.parametrize("password, reason", REFUSED)
def test_a_poor_password_is_refused_by_the_name_of_the_reason(password: str, reason: str) -> None:
    found = problem_with(password, email=EMAIL, names=NAMES)
    assert found is not None
    assert reason in found
    with pytest.raises(DomainError, match="assword"):
        check_new_password(password, email=EMAIL, names=NAMES)


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_needs_no_capital_letters_or_digits(password: str) -> None:
    assert problem_with(password, email=EMAIL, names=NAMES) is None


def test_whoever_sees_others_needs_three_characters_more() -> None:
    for password, reason in (("x7$Kq9!vB2#m", TOO_SHORT_FOR_OTHERS), ("x7$Kq9!vB2#m&rW", None)):
        found = problem_with(password, sees_others=True)
        assert (found is None) == (reason is None)
        assert reason is None or reason in str(found)
        assert problem_with(password) is None


def test_of_the_longer_passwords_that_are_used_most_none_is_taken() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    longer = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= passwords.SHORTEST_PASSWORD]
    assert len(longer) > 200
    assert not [word for word in longer if problem_with(word) is None]


def test_of_the_ten_thousand_passwords_that_are_used_most_none_is_taken_with_a_year_behind_it() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    words = [word for word in FREQUENCY_LISTS["passwords"][:10_000] if word.isalpha() and len(word) >= 6]
    assert len(words) > 5000
    assert not [word for word in words if problem_with(f"{word.title()}2026!!") is None]


def test_a_password_of_chance_is_taken() -> None:
    assert not [found for _ in range(500) if (found := problem_with(secrets.token_urlsafe(12)))]


def test_a_short_email_name_takes_nothing_out_of_a_password() -> None:
    assert problem_with("some tea at noon", email="a@council.example") is None


def test_a_password_is_kept_as_argon2id_with_46_mebibytes() -> None:
    assert passwords.HASHER.hash("a long password").startswith("$argon2id$v=19$m=47104,t=1,p=1$")


def test_nothing_costs_what_a_password_costs_and_is_never_right() -> None:
    assert not passwords.is_outdated(passwords.HASH_OF_NOTHING)
    assert not verify_password("", "")
    assert not verify_password(passwords.HASH_OF_NOTHING, "")


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", hasher)
    monkeypatch.setattr(passwords, "HASH_OF_NOTHING", hasher.hash("nothing"))


@pytest.mark.usefixtures("cheap")
def test_an_account_without_a_password_is_opened_by_none() -> None:
    assert not verify_password("", "nothing")
    assert not verify_password("", "")


@pytest.mark.usefixtures("cheap")
def test_a_letter_is_the_same_however_a_keyboard_writes_it() -> None:
    assert verify_password(hash_password("caf\u00e9 au lait, noir"), "cafe\u0301 au lait, noir")


@pytest.mark.usefixtures("cheap")
def test_a_megabyte_and_half_a_character_are_refused_without_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = hash_password("three geese, a kettle")
    monkeypatch.setattr(passwords, "HASHER", None)  # whoever hashes fails
    assert not verify_password(kept, "x" * 1_000_000)
    assert not verify_password(kept, "three geese\ud800")
    assert not verify_password(kept, "three geese\0")


@pytest.mark.usefixtures("cheap")
def test_a_hash_that_cannot_be_read_opens_nothing() -> None:
    assert not verify_password("plain text of long ago", "plain text of long ago")
