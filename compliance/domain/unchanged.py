"""The rules of one day as if nobody had changed them since: what a rule change is measured against. Pure."""

from datetime import date

from compliance.domain.change import Line, book_of, holding, lines_of
from compliance.domain.requirement import RuleBook
from courses.domain import Course
from foundation.dates import FAR_DAY


def unchanged_since(book: RuleBook, day: date) -> RuleBook:
    """The lines that hold on a day go on for ever, and those that begin later are left out.

    Lines that ended before the day stay as they are: a role link that held earlier in a run still counts for first due
    (counting rules, "Where the rules leave a choice"). On the day itself nothing differs, in no timeline.
    """
    lines: list[Line] = [
        holding(line, line.first_day, FAR_DAY if line.last_day >= day else line.last_day)
        for line in lines_of(book)
        if line.first_day <= day
    ]
    listed = {line.code for line in lines if isinstance(line, Course)}
    # A course that is not listed yet is read by its first line (`course_on`).
    lines += [of_code[0] for code, of_code in book.course_lines.items() if code not in listed]
    return book_of(lines, book.name)
