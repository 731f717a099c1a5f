"""A rule book written as TOML that reads back as the same rule book (interfaces, "Programme")."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from compliance.domain.change import Line
from compliance.domain.requirement import EVERYONE, Basis, Kind, ReminderStep, Renewal, RuleBook
from compliance.programme.words import percent

WIDTH = 110
_ALWAYS = frozenset(
    {"title", "kind", "mode", "renewal", "to", "from_hour", "to_hour", "most_a_day", "digest_weekday"}
)
"""Fields that are written even where they have their default: people look for them."""
_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def write_programme(book: RuleBook) -> str:
    """The whole rule book with the days of every line; what is as it would be anyway is left out."""
    parts = [_table("[programme]", {"name": book.name})] if book.name else []
    for title, name, lines in (
        ("Roles: kinds of work", "roles", book.roles),
        ("Role rules: who holds a role without being named one by one", "role_rules", book.role_rules),
        ("Courses", "courses", book.courses),
    ):
        parts += _section(title, (_table(f"[[{name}]]", _given(line)) for line in lines))
    parts += _section("Requirements", _requirements(book))
    steps = (_table("[[reminder_steps]]", _given(step)) for step in _steps(book))
    parts += _section("Reminder steps: who is told when", steps)
    terms = (_table("[[reminder_terms]]", _given(line)) for line in book.reminder_terms)
    parts += _section("Reminder terms: in which hours, and how often", terms)
    return "\n".join(parts)


def _section(title: str, tables: Iterable[str]) -> list[str]:
    written = list(tables)
    return [f"# {'-' * 80}\n# {title}\n# {'-' * 80}\n", *written] if written else []


def _requirements(book: RuleBook) -> Iterable[str]:
    """A requirement with a history is several tables; what belongs to all of them stands in the first."""
    for code in book.codes:
        for index, line in enumerate(book.lines_of(code)):
            values = _given(line)
            if index == 0:
                values["roles"] = [_given(link, "requirement") for link in book.links_of(code)]
                values["accepts"] = [
                    _given(one, "requirement") for one in book.accepted if one.requirement == code
                ]
                values["targets"] = [
                    _given(one, "requirement") for one in book.targets if one.requirement == code
                ]
            yield _table("[[requirements]]", _ordered(values))


def _steps(book: RuleBook) -> Iterable[ReminderStep]:
    """The steps that can tell somebody something; one for what was never a duty would be refused when read again."""
    duties = {line.code for line in book.requirements if line.kind == Kind.DUTY}
    return [step for step in book.reminder_steps if step.requirement in {*duties, EVERYONE}]


def _given(line: Line, *left_out: str) -> dict[str, Any]:
    """The fields of a line that say something: those without a default, and those that differ from it."""
    found: dict[str, Any] = {}
    for field in fields(line):
        value = getattr(line, field.name)
        if field.name in left_out or (value == field.default and field.name not in _ALWAYS):
            continue
        if field.name == "percent_hundredths":
            found["percent"] = _Bare(percent(value))
        elif isinstance(value, Renewal):
            found["renewal"] = _renewal(value)
        else:
            found[field.name] = value
    return found


def _ordered(values: dict[str, Any]) -> dict[str, Any]:
    """A requirement in the order in which people read it: what, when, who, by which courses, how many."""
    first = (
        "code",
        "title",
        "kind",
        "first_day",
        "last_day",
        "sectors",
        "units",
        "roles",
        "accepts",
        "renewal",
    )
    return {key: values[key] for key in first if key in values} | values


def _renewal(rule: Renewal) -> dict[str, Any]:
    if rule.basis == Basis.ANNIVERSARY:
        return {"basis": rule.basis, "window_days": rule.window_days}
    if rule.basis == Basis.CALENDAR:
        month_day = f"{rule.month:02}-{rule.day:02}"
        return {"basis": rule.basis, "month_day": month_day, "minimum_months": rule.minimum_months}
    return {"basis": rule.basis}


class _Bare(str):
    """A number that is already written."""

    __slots__ = ()


def _table(heading: str, values: dict[str, Any]) -> str:
    lines = [f"{key} = {_value(value, len(key) + 3)}" for key, value in values.items() if value != []]
    return "\n".join([heading, *lines, ""])


def _value(value: Any, indent: int = 0) -> str:
    if isinstance(value, _Bare):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        # tomllib reads years below 1000 only with all four digits; isoformat gives them.
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, Sequence):
        parts = [_value(part) for part in value]
        in_one = "[" + ", ".join(parts) + "]"
        if len(in_one) + indent <= WIDTH and (len(parts) == 1 or not isinstance(value[0], dict)):
            return in_one
        return "[\n" + "".join(f"  {part},\n" for part in parts) + "]"
    return str(value)


def _text(value: str) -> str:
    return '"' + "".join(_ESCAPES.get(sign) or _plain(sign) for sign in value) + '"'


def _plain(sign: str) -> str:
    return sign if sign >= " " and sign != "\x7f" else f"\\u{ord(sign):04x}"
