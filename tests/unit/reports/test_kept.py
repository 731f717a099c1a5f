"""What is kept comes back as it was, and is written the same each time."""

import pytest
from hypothesis import given

from reports.domain.description import Report
from reports.domain.kept import digest, from_text, to_text
from tests.unit.reports.descriptions import HEAD, any_reports


@given(any_reports())
def test_a_report_comes_back_as_it_was(report: Report) -> None:
    text = to_text(report)
    assert from_text(text) == report
    assert to_text(from_text(text)) == text


def test_another_report_has_another_digest() -> None:
    one, two = Report("one", HEAD, ()), Report("two", HEAD, ())
    assert digest(to_text(one)) != digest(to_text(two))
    assert digest(to_text(one)) == digest(to_text(one))


def test_a_way_of_writing_that_is_not_known_is_refused() -> None:
    text = to_text(Report("one", HEAD, ())).replace('"version":1', '"version":2')
    with pytest.raises(ValueError, match="version 2"):
        from_text(text)
