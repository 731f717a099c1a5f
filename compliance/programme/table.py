"""One table of a programme file: its values checked one by one, and what is wrong said in plain words.

A value that is wrong is noted and replaced by a harmless one, so that all problems are found in one go.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any
from unicodedata import category, normalize

from compliance.programme.places import Path, Places
from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.errors import Problem
from people.domain import UNIT_SEPARATOR

MONTHS_MOST = 120
DAYS_MOST = 3650
CODE_LENGTH = 60
TEXT_LENGTH = 200
_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters and line breaks, by their Unicode category."""


class Report:
    """Collects what is wrong and what is worth knowing, with file and line."""

    def __init__(self, file_name: str, places: Places) -> None:
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self._file = file_name
        self._places = places

    def line(self, path: Path) -> int:
        """The line on which a value stands."""
        return self._places.line(path)

    def refuse(self, path: Path, column: str, message: str) -> None:
        """Note something that must be mended first."""
        self.problems.append(Problem(message, self._file, self.line(path), column))

    def notice(self, path: Path, column: str, message: str) -> None:
        """Note something that does not stand in the way."""
        self.notices.append(Problem(message, self._file, self.line(path), column))


class Table:
    """A table of the file. An inline one has a `column`: its place in what holds it, such as `accepts[1]`."""

    def __init__(self, report: Report, path: Path, values: Mapping[str, Any], column: str = "") -> None:
        self.path = path
        self._report = report
        self._values = values
        self._column = column
        self._asked: set[str] = set()
        self.is_sound = True

    @property
    def line(self) -> int:
        return self._report.line(self.path)

    def refuse(self, key: str, message: str, *below: str | int) -> None:
        """Note that the value of a key is wrong."""
        self.is_sound = False
        self._report.refuse((*self.path, key, *below), self.column(key), message)

    def notice(self, key: str, message: str) -> None:
        self._report.notice((*self.path, key), self.column(key), message)

    def column(self, key: str) -> str:
        """The name of a key as messages give it: `accepts[1].course`, counted from 1."""
        return ".".join(part for part in (self._column, key) if part)

    def has(self, key: str) -> bool:
        return key in self._values

    def finish(self) -> None:
        """Refuse what nobody asked for: a misspelt key would otherwise be silently without effect."""
        for key in self._values:
            if key not in self._asked:
                hint, known = did_you_mean(key, self._asked), ", ".join(sorted(self._asked))
                self.refuse(key, f'"{key}" is not known here.{hint} Known are: {known}.')

    def required_text(self, key: str, most: int = TEXT_LENGTH) -> str:
        """Text that must be there."""
        if key in self._values:
            found = self.text(key, most)
            if _is_blank(self._values[key]):
                self.refuse(key, "This is empty. Give some text.")
            return found
        self._asked.add(key)
        self.refuse(key, f'The {key} is missing. Add a line such as {key} = "...".')
        return ""

    def code(self, key: str) -> str:
        """A code: the key by which files and other tables name this."""
        found = self.required_text(key, CODE_LENGTH)
        if found == "*" or ";" in found:
            self.refuse(
                key, f'"{found}" cannot be a code: "*" stands for everyone, ";" stands between codes.'
            )
        return found

    def text(self, key: str, most: int = TEXT_LENGTH) -> str:
        """Text that may be left out."""
        value = self.take(key)
        if value is None:
            return ""
        return self._checked_text(key, value, most)

    def condition(self, key: str, most: int = TEXT_LENGTH) -> str | None:
        """Text that narrows something; None where it is left out."""
        if not self.has(key):
            self._asked.add(key)
            return None
        found = self.text(key, most)
        if _is_blank(self._values[key]):
            self.refuse(key, "This is empty. Name what is meant, or leave the line out.")
        return found or None

    def unit(self, key: str) -> str | None:
        """The path of a unit below its organisation."""
        found = self.condition(key, 1000)
        return None if found is None else self._path(key, found)

    def texts(self, key: str, most: int = TEXT_LENGTH) -> tuple[str, ...]:
        """A list of texts, sorted, each once."""
        found = []
        for index, value in enumerate(self._list(key)):
            text = self._checked_text(key, value, most, index)
            if text:
                found.append(text)
            elif _is_blank(value):
                self.refuse(key, "One of these is empty. Take it out of the list.", index)
        for text in sorted({text for text in found if found.count(text) > 1}):
            self.refuse(key, f'"{text}" is in this list twice. Take one of them out.')
        return tuple(sorted(set(found)))

    def units(self, key: str) -> tuple[str, ...]:
        """A list of unit paths."""
        return tuple(sorted({self._path(key, text) for text in self.texts(key, 1000)}))

    def choice(self, key: str, allowed: type[StrEnum], default: str | None = None, noun: str = "") -> str:
        """One of a closed list, each of which is a `noun`; the default where it is left out."""
        value = self.take(key)
        if value is None:
            if default is None:
                self.refuse(key, f"The {key} is missing. {_allowed(allowed)}")
            return default or ""
        if isinstance(value, str) and value in list(allowed):
            return value
        hint = did_you_mean(value, allowed)
        self.refuse(key, f"{_shown(value)} is not a {noun or key}.{hint} {_allowed(allowed)}")
        return default or next(iter(allowed)).value

    def chosen_condition(self, key: str, allowed: type[StrEnum]) -> str | None:
        """One of a closed list that narrows something; None where it is left out."""
        return self.choice(key, allowed) if self.has(key) else self.condition(key)

    def choices(self, key: str, allowed: type[StrEnum], noun: str) -> tuple[str, ...]:
        """A list of values of a closed list."""
        found = []
        for value in self.texts(key):
            if value in list(allowed):
                found.append(value)
            else:
                hint = did_you_mean(value, allowed)
                self.refuse(key, f'"{value}" is not a {noun}.{hint} {_allowed(allowed)}')
        return tuple(found)

    def months(self, key: str, least: int = 1) -> int | None:
        """Whole months; None where they are left out."""
        expected = f"Give whole months from {least} to {MONTHS_MOST}"
        if least:
            expected += ", or leave the line out"
        return self._whole(key, least, MONTHS_MOST, f"{expected}.")

    def days(self, key: str, default: int | None) -> int:
        """A number of days; must be there when there is no default."""
        if default is None and not self.has(key):
            self._asked.add(key)
            self.refuse(key, f"The {key} are missing. Add for example {key} = 90.")
        found = self._whole(key, 0, DAYS_MOST, f"Give whole days from 0 to {DAYS_MOST}.")
        return found if found is not None else (default or 0)

    def whole(
        self, key: str, least: int, most: int, noun: str, default: int, *, may_be_left_out: bool = False
    ) -> int:
        """A whole number of something; the default where it is left out, or is wrong."""
        if not may_be_left_out and not self.has(key):
            self._asked.add(key)
            self.refuse(key, f"The {key} are missing. Add for example {key} = {max(default, 1)}.")
        found = self._whole(key, least, most, f"Give whole {noun} from {least} to {most}.")
        return default if found is None else found

    def yes(self, key: str) -> bool:
        """Whether something is so; no where it is left out."""
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.refuse(key, f"{_shown(value)} is neither true nor false{_unquoted(value)}. Give true or false.")
        return False

    def minutes(self, key: str) -> int | None:
        """Whole minutes; None where they are left out."""
        return self._whole(key, 1, 10_000, "Give whole minutes from 1 to 10000, or leave the line out.")

    def percent_hundredths(self, key: str) -> int:
        """A percentage above 0, in hundredths of a percent."""
        expected = (
            "The target must be a number above 0, up to 100, with two decimals at most, like 70 or 72.5."
        )
        value = self.take(key)
        if value is None:
            self.refuse(key, f"The {key} is missing. {expected}")
        elif isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.refuse(key, f"{_shown(value)} is not a number{_unquoted(value)}. {expected}")
        elif not Decimal(value).is_finite() or not 0 < value <= 100 or (hundredths := value * 100) % 1:
            self.refuse(key, f"{_shown(value)} cannot be a target. {expected}")
        else:
            return int(hundredths)
        return 1

    def day(self, key: str) -> date | None:
        """A day; None where it is left out."""
        value = self.take(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        expected = "Write it as year-month-day without quotes or time, like 2026-04-01."
        self.refuse(key, f"{_shown(value)} is not a day. {expected}")
        return None

    def period(self) -> tuple[date, date]:
        """The first and last day on which the line holds; always, where they are left out."""
        first, last = self.day("first_day") or FIRST_DAY, self.day("last_day") or FAR_DAY
        if last < first:
            self.refuse(
                "last_day", f"The last day, {last}, is before the first, {first}. Change one of them."
            )
            return first, FAR_DAY
        return first, last

    def table(self, key: str) -> "Table | None":
        """A table inside this one; None where it is left out."""
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Table(self._report, (*self.path, key), value, self.column(key))
        self.refuse(key, f'Put this in braces, like {key} = {{ basis = "completion" }}.')
        return None

    def tables(self, key: str, like: str) -> Iterator["Table"]:
        """A list of tables inside this one; `like` shows how one is written."""
        for index, value in enumerate(self._list(key)):
            if isinstance(value, dict):
                yield Table(self._report, (*self.path, key, index), value, f"{self.column(key)}[{index + 1}]")
            else:
                self.refuse(key, f"{_shown(value)} is not in braces. Write {key} = [{like}].", index)

    def take(self, key: str) -> Any:
        """The value as tomllib gives it; None where it is left out. Asking makes the key a known one."""
        self._asked.add(key)
        return self._values.get(key)

    def _list(self, key: str) -> list[Any]:
        value = self.take(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.refuse(key, f"Put this in square brackets, as a list: {key} = [ ... ].")
        return []

    def _whole(self, key: str, least: int, most: int, expected: str) -> int | None:
        value = self.take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(key, f"{_shown(value)} is not a whole number{_unquoted(value)}. {expected}")
        elif not least <= value <= most:
            self.refuse(key, f"{_shown(value)} is out of range. {expected}")
        else:
            return value
        return None

    def _checked_text(self, key: str, value: Any, most: int, *below: int) -> str:
        if not isinstance(value, str):
            self.refuse(key, f"{_shown(value)} is not text. Put text in double quotes.", *below)
            return ""
        text = normalize("NFC", value).strip()
        if len(text) > most:
            self.refuse(key, f"This has {len(text)} characters. {most} is the most.", *below)
        elif any(category(character) in _UNFIT for character in text):
            self.refuse(key, "This holds a line break or another control character. Take it out.", *below)
        else:
            return text
        return ""

    def _path(self, key: str, text: str) -> str:
        parts = [part.strip() for part in text.split(UNIT_SEPARATOR.strip())]
        if not all(parts):
            self.refuse(key, f'"{text}" has an empty part. Write a path as "Directorate > Service > Team".')
        return UNIT_SEPARATOR.join(parts)


CLOSE, SLIP = 0.6, 0.8
"""How alike two words are that may be meant for each other, and that differ by a slip of the keyboard."""


def did_you_mean(value: object, known: Iterable[str], alike: float = CLOSE) -> str:
    """A hint, with a space before it, when something known is close; nothing when not.

    >>> did_you_mean("frontlin", ["frontline", "security"]), did_you_mean("x", ["frontline"])
    (' Did you mean "frontline"?', '')
    """
    words = {word.lower(): word for word in sorted(known)}
    found = get_close_matches(str(value)[:TEXT_LENGTH].lower(), words, 1, alike)
    return f' Did you mean "{words[found[0]]}"?' if found else ""


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _allowed(allowed: type[StrEnum]) -> str:
    return f"Allowed are: {', '.join(allowed)}."


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "A list" if isinstance(value, list) else "A table"
    if isinstance(value, int) and abs(value) > 10**15:
        return "This number"
    text = str(value)
    text = text if len(text) <= 40 else text[:40] + "..."
    return f'"{text}"' if isinstance(value, str) else text


def _unquoted(value: object) -> str:
    return ": take the quotes away" if isinstance(value, str) else ""
