"""IOMAD: the file of its "Import completion records" page."""

from courses.imports.maps.totara import user_name
from foundation.tables import Column
from people.imports.incoming import ColumnMap, Values


def completed_only(values: Values) -> Values | None:
    """The row, if it has a day of completion: IOMAD leaves it empty for a course that was only begun."""
    return None if values["completed_on"] is None else user_name(values)


MAP = ColumnMap(
    name="iomad",
    title="IOMAD",
    aliases={"username": "user_name", "coursename": "course_code", "timecompleted": "completed_on"},
    extra=(Column("user_name", required=True, label="username"),),
    one_of=(),
    optional=frozenset({"completed_on"}),
    convert=completed_only,
    left_out="not completed (no timecompleted)",
)
