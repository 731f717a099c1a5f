"""Problems in plain words. Services and readers raise them; pages and commands show them as they are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: where it is, what was expected, how to mend it. `line` 0: no line is known.

    >>> print(Problem("The value is missing.", file="people.csv", line=3, column="person_ref"))
    people.csv:3: person_ref: The value is missing.
    >>> print(Problem("The file is empty.", file="people.csv"))
    people.csv: The file is empty.
    """

    message: str
    file: str = ""
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line) if self.line else "") if part)
        return ": ".join(part for part in (place, self.column, self.message) if part)


class DomainError(Exception):
    """The rules refuse this and nothing was changed. Plain text is taken as a problem without a place.

    >>> print(DomainError("The file is empty.", Problem("The value is missing.", line=3)))
    The file is empty.
    3: The value is missing.
    """

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            Problem(problem) if isinstance(problem, str) else problem for problem in problems
        )
        super().__init__(*self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class NotFound(DomainError):  # noqa: N818  (the name says what it answers)
    """What was asked for does not exist, or may not be seen: both give the same answer."""
