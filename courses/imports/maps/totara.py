"""Totara: the CSV files of course and of certification completions (the columns of its own upload pages)."""

from foundation.tables import Column
from people.imports.incoming import ColumnMap, Values


def user_name(values: Values) -> Values:
    """The row with the user name as what it is: an e-mail address, or a staff number."""
    name = values.pop("user_name", None) or ""
    if "@" in name:
        return {**values, "email": name.lower()}
    return {**values, "person_ref": name}


MAP = ColumnMap(
    name="totara",
    title="Totara",
    aliases={
        "username": "user_name",
        "courseshortname": "course_code",
        "certificationshortname": "course_code",
        "completiondate": "completed_on",
    },
    extra=(Column("user_name", required=True, label="username"),),
    one_of=(),
    convert=user_name,
)
