"""IOMAD: the file of its "Import completion records" page."""

from courses.imports.maps.totara import user_name
from foundation.tables import Column
from people.imports.incoming import ColumnMap

MAP = ColumnMap(
    name="iomad",
    title="IOMAD",
    aliases={"username": "user_name", "coursename": "course_code", "timecompleted": "completed_on"},
    extra=(Column("user_name", required=True, label="username"),),
    one_of=(),
    convert=user_name,
)
