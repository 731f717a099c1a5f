"""Learning Pool: the report of learning experience completions. The user identifier is a user name, SSO or user ID."""

from courses.imports.maps.totara import user_name
from foundation.tables import Column
from people.imports.incoming import ColumnMap

MAP = ColumnMap(
    name="learning_pool",
    title="Learning Pool",
    aliases={
        "User Identifier": "user_name",
        "Learning Experience External ID": "course_code",
        "Learning Experience Completion Date": "completed_on",
        "Object Completion Date": "completed_on",
    },
    extra=(Column("user_name", required=True, label="User Identifier"),),
    one_of=(),
    convert=user_name,
)
