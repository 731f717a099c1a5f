"""Problems say where they are in the one form that commands print: FILE:LINE: COLUMN: what is wrong."""

import pytest

from foundation.errors import DomainError, NotFound, Problem


@pytest.mark.parametrize(
    "problem, text",
    [
        (Problem("Wrong.", "a.csv", 3, "email"), "a.csv:3: email: Wrong."),
        (Problem("Wrong.", "a.csv", 3), "a.csv:3: Wrong."),
        (Problem("Wrong.", "a.csv", column="email"), "a.csv: email: Wrong."),
        (Problem("Wrong.", "a.csv"), "a.csv: Wrong."),
        (Problem("Wrong.", column="email"), "email: Wrong."),
        (Problem("Wrong."), "Wrong."),
    ],
)
def test_a_problem_leaves_out_what_is_not_known(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_an_error_holds_its_problems_one_a_line() -> None:
    error = NotFound(Problem("One.", line=2), "Two.")
    assert isinstance(error, DomainError)
    assert error.problems == (Problem("One.", line=2), Problem("Two."))
    assert str(error) == "2: One.\nTwo."
