"""TOML text into a rule book, or the list of everything that is wrong with it. Pure; never a traceback."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from compliance.domain.change import Line, book_of, holding
from compliance.domain.requirement import (
    AcceptedCourse,
    Basis,
    Kind,
    Renewal,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
    Use,
)
from compliance.programme.checks import check
from compliance.programme.places import Places
from compliance.programme.reminding import step_of, terms_of
from compliance.programme.table import Report, Table
from compliance.programme.words import naming_key, subject
from courses.domain import Course, Mode
from foundation.errors import DomainError, Problem
from people.domain import Category, RoleLine, RoleRule, Sector

_DEFAULT = Requirement("")
"""The settings of a requirement that gives none (counting rule 1)."""
_OF_BASIS = {
    "window_days": Basis.ANNIVERSARY,
    "month_day": Basis.CALENDAR,
    "minimum_months": Basis.CALENDAR,
}
_AT = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_END = " (at end of document)"
_KEY_FIRST = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_KEY_BEFORE = re.compile(r"([A-Za-z0-9_-]+)\s*=[^=]*$")


@dataclass(frozen=True)
class Programme:
    """A rule book as a file gives it, what to know about it, and where in the file each of its lines is."""

    book: RuleBook
    notices: tuple[Problem, ...] = ()
    line_numbers: Mapping[Line, int] = field(default_factory=dict, compare=False)


MOST_BYTES = 5_000_000
"""No rule book comes near this; what does is another file."""


def decoded(content: bytes, file_name: str = "") -> str:
    """The text of a programme file. Raises DomainError where it cannot be one."""
    if len(content) > MOST_BYTES:
        raise DomainError(Problem("The file is too large to be a programme: 5 MB is the most.", file_name))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "The file is not in UTF-8, as TOML must be. Save it as UTF-8 and load it again."
        raise DomainError(Problem(message, file_name, line)) from None


def read_programme(text: str, file_name: str = "") -> Programme:
    """The rule book in a TOML text (interfaces, "Programme").

    Raises DomainError with every problem found, each with its line and the path of its key.
    """
    values = _parsed(text, file_name)
    report = Report(file_name, Places(text))
    reader = _Reader(report)
    book = reader.read(values)
    if not report.problems and not reader.line_numbers:
        report.refuse((), "", "The file holds no rules. Add at least one [[requirements]] with its roles.")
    if report.problems:
        raise DomainError(*sorted(set(report.problems), key=lambda problem: (problem.line, problem.column)))
    return Programme(book, tuple(report.notices), reader.line_numbers)


def _parsed(text: str, file_name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except (ValueError, ArithmeticError) as error:
        raise DomainError(_syntax_problem(text, str(error), file_name)) from None
    except RecursionError:
        raise DomainError(
            Problem("Brackets are nested too deeply. Take the outer ones away.", file_name)
        ) from None


_SYNTAX_WORDS = (
    ("Cannot overwrite a value", "This key is given twice in the same table. Take one of them out."),
    ("Duplicate inline table key", "This key is given twice in the same braces. Take one of them out."),
    ("Cannot declare", "This table is given twice. Write [[roles]], [[courses]] with two pairs of brackets."),
    ("Cannot mutate immutable", "This table is already given in another way. Write [[...]] for each entry."),
    ("Invalid date or datetime", "This is not a real date. Write it as year-month-day, like 2026-04-01."),
    ("Expected '=' after a key", 'An equals sign is missing. Write key = "value".'),
    ("Invalid statement", 'This line is not understood. Write key = "value", [[table]] or # comment.'),
    ("Invalid value", "This value is not understood. Put text in double quotes. Dates are like 2026-04-01."),
    ("Unclosed array", "A list is not closed. Add the missing ] or comma."),
    ("Unclosed inline table", "Braces are not closed. Add the missing } or comma."),
    ("Unterminated string", "A quoted text is not closed. Add the missing quote."),
    ("Illegal character '\\n'", "A quoted text is not closed on its own line. Add the missing quote."),
    ("Expected newline or end of document", "There is something after the value. Put one key on each line."),
    ("Unescaped '\\\\' in a string", 'A backslash in double quotes must be written twice ("\\\\").'),
    ("Invalid initial character", "A key was expected here. A table in braces { } must stay on one line."),
    ("Exceeds the limit", "A number is far too long. Make it shorter."),
    ("Expected ']'", "A closing bracket is missing in this heading."),
)


def _syntax_problem(text: str, message: str, file_name: str) -> Problem:
    """A message of tomllib in plain words, with its line and, where it can be seen, the key."""
    lines = text.splitlines() or [""]
    number, column = 0, ""
    if found := _AT.search(message):
        number = min(int(found[1]), len(lines))
        line = lines[number - 1]
        key_found = _KEY_BEFORE.search(line[: int(found[2]) + 1]) or _KEY_FIRST.match(line)
        column = key_found[1] if key_found else ""
    elif message.endswith(_AT_END):
        number = len(lines)
    bare = _AT.sub("", message).removesuffix(_AT_END)
    if column == "" and lines[number - 1].lstrip().startswith("[") and bare.startswith("Cannot overwrite"):
        bare = "Cannot declare"  # tomllib says the same of a heading and of a key
    words = next((words for start, words in _SYNTAX_WORDS if bare.startswith(start)), "")
    return Problem(words or f"This is not valid TOML: {bare}.", file_name, number, column)


class _Reader:
    """Reads the tables of one file, keeping each line of the rule book and where it stood."""

    def __init__(self, report: Report) -> None:
        self.line_numbers: dict[Line, int] = {}
        self._report = report
        self._tables: dict[Line, Table] = {}

    def read(self, values: dict[str, Any]) -> RuleBook:
        whole = Table(self._report, (), values)
        name = self._name(whole)
        shapes: dict[str, Callable[[Table], None]] = {
            "roles": self._role,
            "role_rules": self._role_rule,
            "courses": self._course,
            "requirements": self._requirement,
            "reminder_steps": lambda table: self._add(table, step_of(table)),
            "reminder_terms": lambda table: self._add(table, terms_of(table)),
        }
        for name_of_list, read_line in shapes.items():
            for table in self._list(whole, name_of_list):
                read_line(table)
                table.finish()
        whole.finish()
        check(self._tables)
        return book_of(self.line_numbers, name)

    def _name(self, whole: Table) -> str:
        if not whole.has("programme"):
            whole.table("programme")
            return ""
        if isinstance(whole.take("programme"), list):
            whole.refuse("programme", "Write [programme] once, with one pair of brackets.")
            return ""
        table = whole.table("programme")
        if table is None:
            return ""
        name = table.required_text("name")
        table.finish()
        return name

    def _list(self, whole: Table, name: str) -> list[Table]:
        value = whole.take(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            whole.refuse(name, f"Write [[{name}]], with two pairs of brackets, above each entry.")
            return []
        # The table is named by its line, so columns start inside it.
        return [Table(self._report, (name, index), part) for index, part in enumerate(value)]

    def _add(self, table: Table, line: Line) -> None:
        if line in self._tables:
            if table.is_sound:
                first = self.line_numbers[line]
                message = f"{subject(line)} is given twice, here and on line {first}. Take one out."
                table.refuse(naming_key(line), message)
            return
        self._tables[line] = table
        self.line_numbers[line] = table.line

    def _role(self, table: Table) -> None:
        code, title = table.code("code"), table.required_text("title")
        self._add(table, RoleLine(code, title, table.text("approved_by"), *table.period()))

    def _role_rule(self, table: Table) -> None:
        rule = RoleRule(
            role=table.code("role"),
            job_title=table.condition("job_title"),
            unit=table.unit("unit"),
            organisation=table.condition("organisation"),
            sector=table.chosen_condition("sector", Sector),
            category=table.chosen_condition("category", Category),
        )
        if not any((rule.job_title, rule.unit, rule.organisation, rule.sector, rule.category)):
            table.refuse(
                "role",
                "This rule sets no condition and would give the role to everybody. Add a job_title, unit, "
                'organisation, sector or category; or link the requirement to role = "*", which is everyone.',
            )
        self._add(table, holding(rule, *table.period()))

    def _course(self, table: Table) -> None:
        code, title = table.code("code"), table.required_text("title")
        course = Course(
            code=code,
            title=title,
            provider=table.text("provider"),
            mode=table.choice("mode", Mode, Mode.E_LEARNING.value),
            duration_minutes=table.minutes("duration_minutes"),
            validity_months=table.months("validity_months"),
            prerequisites=table.texts("prerequisites"),
            url=table.text("url", 500),
            counts_for_facilitators=table.yes("counts_for_facilitators"),
        )
        if course.url and not course.url.startswith(("https://", "http://")):
            table.refuse("url", "A web address starts with https://. Write it in full.")
        self._add(table, holding(course, *table.period()))

    def _requirement(self, table: Table) -> None:
        code, title = table.code("code"), table.required_text("title")
        requirement = Requirement(
            code=code,
            title=title,
            kind=table.choice("kind", Kind, Kind.DUTY.value),
            sectors=table.choices("sectors", Sector, "sector"),
            units=table.units("units"),
            renewal=self._renewal(table),
            expiring_days=table.days("expiring_days", _DEFAULT.expiring_days),
            return_due_days=table.days("return_due_days", _DEFAULT.return_due_days),
            rejoin_gap_days=table.days("rejoin_gap_days", _DEFAULT.rejoin_gap_days),
            shortest_absence_days=table.days("shortest_absence_days", _DEFAULT.shortest_absence_days),
        )
        self._add(table, holding(requirement, *table.period()))
        for link in table.tables("roles", '{ role = "frontline", days = 90 }'):
            role, days = link.required_text("role"), link.days("days", None)
            self._add(link, RoleLink(code, role, days, *link.period()))
            link.finish()
        for accepted in table.tables("accepts", '{ course = "PREV-AW" }'):
            self._accepted(code, accepted)
        for target in table.tables("targets", "{ percent = 70 }"):
            self._target(code, target)

    def _accepted(self, code: str, table: Table) -> None:
        line = AcceptedCourse(
            requirement=code,
            course=table.required_text("course"),
            use=table.choice("use", Use, Use.ANY.value),
            validity_months=table.months("validity_months"),
            taken_from=table.day("taken_from"),
            taken_to=table.day("taken_to"),
            honoured_to=table.day("honoured_to"),
        )
        for early, late in (("taken_from", "taken_to"), ("taken_from", "honoured_to")):
            first, last = getattr(line, early), getattr(line, late)
            if first and last and last < first:
                table.refuse(late, f"{last} is before {early}, {first}. Change one of them.")
        self._add(table, holding(line, *table.period()))
        table.finish()

    def _target(self, code: str, table: Table) -> None:
        percent = table.percent_hundredths("percent")
        unit, plan_ref, owner = table.unit("unit"), table.text("plan_ref", 60), table.text("owner")
        self._add(table, Target(code, percent, unit, plan_ref, owner, *table.period()))
        table.finish()

    def _renewal(self, requirement: Table) -> Renewal:
        """The renewal rule; each basis has settings of its own, and those of another are refused."""
        table = requirement.table("renewal")
        if table is None:
            return Renewal()
        basis = table.choice("basis", Basis)
        renewal = Renewal(basis)
        if basis == Basis.ANNIVERSARY:
            renewal = Renewal(basis, window_days=table.days("window_days", _DEFAULT.renewal.window_days))
        elif basis == Basis.CALENDAR:
            month, day = _month_day(table)
            months = table.months("minimum_months", 0) or 0
            renewal = Renewal(basis, month=month, day=day, minimum_months=months)
        for setting, of_basis in _OF_BASIS.items():
            if table.take(setting) is not None and basis != of_basis:
                advice = "Take it out, or change the basis."
                table.refuse(setting, f'{setting} belongs to basis = "{of_basis}". {advice}')
        table.finish()
        return renewal


def _month_day(table: Table) -> tuple[int, int]:
    expected = 'Give the month and day on which cover ends each year, like month_day = "03-31".'
    if not table.has("month_day"):
        table.refuse("month_day", f"The month_day is missing. {expected}")
        return 3, 31
    text = table.text("month_day")
    found = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text)
    try:
        if found:
            day = date(2000, int(found[1]), int(found[2]))  # a leap year: 29 February is allowed
            return day.month, day.day
    except ValueError:
        pass
    table.refuse("month_day", f'"{text}" is not a month and day. {expected}')
    return 3, 31
