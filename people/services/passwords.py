"""Passwords: how they are kept, and which new ones are refused (promise S6; bad inputs G04 and G05).

What a new password is held to follows the National Cyber Security Centre: long, not one of those that everybody tries
first, and nothing said about capital letters or digits. Spaces and emoji are welcome.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from foundation.errors import DomainError

SHORTEST_PASSWORD = 12
SHORTEST_OF_THOSE_WHO_SEE_OTHERS = 15
LONGEST_PASSWORD = 1000
"""More is refused without hashing it, so that nobody can keep the server busy with megabytes."""

FEWEST_CHARACTERS = 5
"""So many different characters, and so many that do not follow from the one before, are in any password of chance."""
SHORTEST_REST = 8
"""What must be left of a password when the words that anybody would guess are taken out of it."""
SHORTEST_WORD = 4

GUESSED_WORDS = (
    "prevent", "password", "passphrase", "training", "safeguarding", "channel", "council", "borough", "welcome",
    "letmein", "changeme", "secret", "admin", "administrator", "login", "account", "qwerty", "azerty",
)  # fmt: skip
"""Words that come to anybody's mind at this very page."""

# OWASP's choice for argon2id with one lane; 46 MiB each, so no more than two at once.
HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_HASHING = BoundedSemaphore(2)

HASH_OF_NOTHING = (
    "$argon2id$v=19$m=47104,t=1,p=1$YjKZD2aLiW5EMVrVptJo6w$oHzGgIEEDgWOsiYwMw0sxeupPiGl/bSO+bYUBojVE6c"
)
"""What a password is checked against where there is none: an unknown account costs what a known one does (promise S8).

Made once, with the settings of `HASHER`, of nothing that is written down anywhere.
"""

_ROWS = "qwertyuiop[]asdfghjkl;'zxcvbnm,./"
_NEXT_KEY = {*pairwise(_ROWS), *pairwise(_ROWS[::-1]), *pairwise("090")}
_LEET = tuple(
    str.maketrans({"0": "o", "1": one, "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
                  | {"@": "a", "$": "s", "!": one, "|": "l", "+": "t", "€": "e", "£": "l"})
    for one in "il"
)  # fmt: skip


def hash_password(password: str) -> str:
    """What is kept of a password. Takes a twentieth of a second: never call it inside a transaction."""
    with _HASHING:
        return HASHER.hash(_as_kept(password))


def verify_password(password_hash: str, password: str) -> bool:
    """Whether this is the password. An account without one (an empty hash) costs as much, and nothing is right."""
    if len(password) > LONGEST_PASSWORD or not _can_be_kept(password):
        return False
    with _HASHING:
        try:
            HASHER.verify(password_hash or HASH_OF_NOTHING, _as_kept(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash != ""


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other settings than today's."""
    return HASHER.check_needs_rehash(password_hash)


def check_new_password(
    password: str, *, email: str = "", sees_others: bool = False, names: Collection[str] = ()
) -> None:
    """Raise DomainError where `problem_with` finds a problem."""
    problem = problem_with(password, email=email, sees_others=sees_others, names=names)
    if problem is not None:
        raise DomainError(problem)


def problem_with(
    password: str, *, email: str = "", sees_others: bool = False, names: Collection[str] = ()
) -> str | None:
    """Why this may not be the new password of the account with this e-mail, in words for its owner; None: it may.

    `names` are those of the council and of the service. Accounts that open other people's records need a longer one.

    >>> problem_with("Prevent2026!")
    'Choose a password that is not mainly the word "prevent"'
    >>> problem_with("P@ssphr4ses-2026")
    'Choose a password that is not mainly the word "passphrase"'
    >>> problem_with("three geese, a kettle") is None
    True
    """
    return (
        _wrong_length(password, sees_others)
        or _repeats(password)
        or _mainly_guessed_words(password, email, names)
        or _common(password)
    )


def _wrong_length(password: str, sees_others: bool) -> str | None:
    if len(password) > LONGEST_PASSWORD:
        return f"Password must be {LONGEST_PASSWORD:,} characters or fewer"
    if not _can_be_kept(password):
        return "Password must not include a character that cannot be typed"
    if len(password) < SHORTEST_PASSWORD or (
        sees_others and len(password) < SHORTEST_OF_THOSE_WHO_SEE_OTHERS
    ):
        if sees_others:
            least = SHORTEST_OF_THOSE_WHO_SEE_OTHERS
            return f"Password must be {least} characters or more, because you can see other people's records"
        return f"Password must be {SHORTEST_PASSWORD} characters or more"
    return None


def _repeats(password: str) -> str | None:
    text = normalize("NFKC", password).casefold()
    period = next(length for length in range(1, len(text) + 1) if text.startswith(text[length:]))
    surprises = 1 + sum(not _follows(before, after) for before, after in pairwise(text))
    if min(len(set(text)), surprises) < FEWEST_CHARACTERS or period < min(SHORTEST_REST, len(text)):
        return "Choose a password that does not repeat or count on the same few characters"
    return None


def _follows(before: str, after: str) -> bool:
    """Whether a character follows from the one before: the same, the next of the alphabet, the next key."""
    return abs(ord(before) - ord(after)) <= 1 or (before, after) in _NEXT_KEY


def _mainly_guessed_words(password: str, email: str, names: Collection[str]) -> str | None:
    local, _, domain = email.partition("@")
    own = [*_words(local), *_words(domain)]
    words_of_ours = [word for name in names for word in _words(name)]
    for text in _readings(password):
        for word in GUESSED_WORDS:
            if _is_mainly(text, [word]):
                return f'Choose a password that is not mainly the word "{word}"'
        if _is_mainly(text, _words(local)):
            return "Choose a password that is not mainly your email address"
        if _is_mainly(text, words_of_ours):
            return "Choose a password that is not mainly the name of the council or of this service"
        if _is_mainly(text, own):
            return "Choose a password that is not mainly your email address"
        if _is_mainly(text, [*GUESSED_WORDS, *own, *words_of_ours]):
            return "Choose a password that is not made of words that anybody here would try first"
    return None


def _words(name: str) -> list[str]:
    """The name without its blanks and marks, then its longer words: what is taken out of a password, in this order."""
    parts = re.findall(r"[^\W_]+", normalize("NFKC", name).casefold())
    return ["".join(parts), *(part for part in parts if len(part) >= SHORTEST_WORD)]


def _is_mainly(text: str, words: Collection[str]) -> bool:
    rest = text
    for word in sorted(set(words), key=len, reverse=True):
        if len(word) >= SHORTEST_WORD - 1:
            rest = rest.replace(word, "")
    return rest != text and len(rest) < SHORTEST_REST


def _common(password: str) -> str | None:
    if any(text in _common_passwords() for text in _readings(password)):
        return (
            "Choose a less common password: this one, or one much like it, is among the first that are tried"
        )
    return None


def _readings(password: str) -> Iterator[str]:
    """The password without its simple changes: capital letters, marks, digits around it, digits for letters."""
    folded = normalize("NFKC", password).casefold()
    for text in (folded, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)):
        for plain in (text, *(text.translate(table) for table in _LEET)):
            yield re.sub(r"[\W_]+", "", plain)


@cache
def _common_passwords() -> frozenset[str]:
    """The 30,000 passwords that are used most, as zxcvbn's authors counted them; read when first asked for."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(re.sub(r"[\W_]+", "", word) for word in FREQUENCY_LISTS["passwords"]) - {""}


def _can_be_kept(password: str) -> bool:
    """NUL ends a text in many places, and half of a character cannot be written down."""
    return "\0" not in password and not any("\ud800" <= character <= "\udfff" for character in password)


def _as_kept(password: str) -> str:
    """Keyboards write the same letter in more than one way: é is one character, or an e and an accent."""
    return normalize("NFC", password)
