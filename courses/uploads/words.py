"""What the words of a certificate say: whose it is, for which course, of which day.

Nobody is judged by it. What is found fills in a form that its sender may change, and what does not agree with the form
is shown to whoever checks. Certificates are laid out in a thousand ways, so a name, a title or a day counts as found
wherever it stands.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from courses.domain import Course, earliest_completion
from foundation.plain import plain_letters

LONGEST_LOOK_BACK = 40
"""Letters before a day in which a word may say what the day is about."""

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
    # and in Welsh
    "ionawr": 1, "chwefror": 2, "mawrth": 3, "ebrill": 4, "mai": 5, "mehefin": 6, "gorffennaf": 7, "awst": 8,
    "medi": 9, "hydref": 10, "tachwedd": 11, "rhagfyr": 12,
    # as they begin after "o", of
    "chwefr": 2, "fawrth": 3, "fai": 5, "fehefin": 6, "orffennaf": 7, "fedi": 9, "dachwedd": 11, "ragfyr": 12,
}  # fmt: skip
_ISO = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-./])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)(?!\d)"
)
_NUMBERS = re.compile(
    r"(?<!\d)(?<!\d[/.-])(?P<day>\d\d?) ?(?P<mark>[/.-]) ?(?P<month>\d\d?) ?(?P=mark) ?(?P<year>(?:19|20)?\d\d)(?!\d)"
)
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>\d\d?) ?(?:st|nd|rd|th|ain|fed|af|il|ydd|eg)? ?(?:of |o )?[ -]?(?P<month>[a-z]{3,10})\.?,?[ -]?"
    r"(?P<year>(?:19|20)\d\d)(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"(?<![a-z])(?P<month>[a-z]{3,10})\.? (?P<day>\d\d?) ?(?:st|nd|rd|th)?,? (?P<year>(?:19|20)\d\d)(?!\d)"
)
_OF_COMPLETION = re.compile(r"complet|achiev|award|passed|attend|issued|taken|finish|cwblha|dyfarn|gyflawn")
_OF_ELSE = re.compile(r"expir|valid|until|birth|born|d\.?o\.?b|renew|review|print|download|dod i ben|geni")

_SMALL_WORDS = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "how", "in", "of", "on", "or", "the", "to", "with", "your"]
)


@dataclass(frozen=True, slots=True)
class Said:
    """What the words of a file say, the likeliest first. `readable`: there were words at all."""

    readable: bool
    courses: tuple[str, ...] = ()
    days: tuple[date, ...] = ()


NOTHING_SAID = Said(readable=False)
"""Of a picture, a scan, or no file at all."""


def what_it_says(words: str, courses: Iterable[Course], today: date) -> Said:
    """The codes of the courses named in a text, and its days."""
    text = plain_letters(words)
    if not _tokens(text):
        return NOTHING_SAID
    return Said(True, tuple(_courses(words, _tokens(text), courses)), tuple(_days(text, today)))


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.replace("'", ""))


class Names:
    """Looks for people in a text: for one, or for everybody of a team."""

    def __init__(self, words: str) -> None:
        self._tokens = _tokens(plain_letters(words))
        self._together = "".join(self._tokens)
        self._places: dict[str, list[int]] = defaultdict(list)
        for at, token in enumerate(self._tokens):
            self._places[token].append(at)

    def include(self, first_name: str, last_name: str) -> bool:
        """Whether the text names a person: the last name, beside the first name, a short form or its initial."""
        first, last = _tokens(plain_letters(first_name)), _tokens(plain_letters(last_name))
        if not last:
            return bool(first) and first[0] in self._places
        together = "".join(first + last)
        if len(together) >= 6 and together in self._together:
            return True  # also where every letter stands alone, or the parts of a name do
        places = [at for token in last for at in self._places.get(token, ())]
        return any(_same_first(near, first) for at in places for near in self._beside(at))

    def _beside(self, at: int) -> list[str]:
        """The words around one: a middle name or the other half of a double name may stand between."""
        return [*self._tokens[max(0, at - 3) : at], *self._tokens[at + 1 : at + 3]]


def names_somebody(words: str, first_name: str, last_name: str) -> bool:
    """Whether a text names a person.

    >>> [names_somebody(text, "Samantha", "O'Neill-Wyn") for text in ("Awarded to Sam ONeill", "NEILL, S", "Sam Other")]
    [True, False, False]
    >>> names_somebody("S A M   T E S T E R", "Sam", "Tester")
    True
    """
    return Names(words).include(first_name, last_name)


def _same_first(near: str, first: Sequence[str]) -> bool:
    if not first:
        return True
    name = first[0]
    if len(near) == 1 or len(name) == 1:
        return near[0] == name[0]
    return len(near) >= 3 and (near.startswith(name) or name.startswith(near))


def _courses(words: str, tokens: Sequence[str], courses: Iterable[Course]) -> list[str]:
    """The courses named: by title, by most words of the title close together, or by code; the surest first."""
    text = f" {' '.join(tokens)} "
    whole: dict[str, str] = {}
    found: list[tuple[int, str]] = []
    for course in courses:
        title = _tokens(plain_letters(course.title))
        telling = [token for token in title if token not in _SMALL_WORDS]
        phrase = f" {' '.join(title)} "
        if title and phrase in text:
            whole[course.code] = phrase
            found.append((1000 + len(title), course.code))
        elif len(course.code) > 2 and re.search(
            rf"(?<![A-Za-z0-9]){re.escape(course.code)}(?![A-Za-z0-9])", words
        ):
            found.append((500, course.code))
        elif len(telling) > 2 and _close_together(tokens, set(telling)):
            found.append((len(telling), course.code))
    # "Prevent awareness" is not named where every mention of it is "Prevent awareness refresher".
    longer = {
        code
        for code, phrase in whole.items()
        if text.replace(" ", "  ").count(phrase.replace(" ", "  "))
        <= sum(_mentions(text, other) for other in set(whole.values()) if phrase in other and phrase != other)
    }
    return [code for _, code in sorted(found, key=lambda one: (-one[0], one[1])) if code not in longer]


def _mentions(text: str, phrase: str) -> int:
    return text.replace(" ", "  ").count(phrase.replace(" ", "  "))


def _close_together(tokens: Sequence[str], wanted: set[str]) -> bool:
    """Whether all the words stand within twice their number of places."""
    reach = 2 * len(wanted) + 2
    places = [at for at, token in enumerate(tokens) if token in wanted]
    return any(wanted <= set(tokens[at : at + reach]) for at in places)


def _days(text: str, today: date) -> list[date]:
    """The days in a text: first those said to be of the completion, last those said to be of something else."""
    line = " ".join(text.split())
    found: list[tuple[int, int, date]] = []
    for pattern in (_ISO, _NUMBERS, _DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(line):
            day = _day(match.groupdict())
            if day is not None and earliest_completion(today) <= day:
                before = line[max(0, match.start() - LONGEST_LOOK_BACK) : match.start()]
                found.append((_about(before), match.start(), day))
    return list(dict.fromkeys(day for _, _, day in sorted(found)))


def _about(before: str) -> int:
    """What the words before a day say of it: 0 of the completion, 1 nothing, 2 of something else."""
    of_completion = max((match.end() for match in _OF_COMPLETION.finditer(before)), default=-1)
    of_else = max((match.end() for match in _OF_ELSE.finditer(before)), default=-1)
    if of_completion == of_else:
        return 1
    return 0 if of_completion > of_else else 2


def _day(parts: dict[str, str]) -> date | None:
    year, month, day = parts["year"], parts["month"], int(parts["day"])
    number = int(month) if month.isdigit() else _MONTHS.get(month, _MONTHS.get(month[:3], 0))
    if not month.isdigit() and month not in _MONTHS and not _is_month(month):
        return None
    if number > 12 >= day:
        number, day = day, number  # the American order; ours holds where both are possible
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), number, day)
    except ValueError:
        return None


_ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def _is_month(word: str) -> bool:
    """Whether a word is an English month, or enough of its beginning.

    >>> _is_month("sept"), _is_month("marketing")
    (True, False)
    """
    return len(word) >= 3 and any(name.startswith(word) for name in _ENGLISH)


def likely_day(said: Said, today: date) -> date | None:
    """The day with which to fill in a form: the likeliest that is not in the future."""
    return next((day for day in said.days if day <= today), None)
