"""Position reports of iTrent, ResourceLink and the like: one row a position, with the reporting manager."""

from foundation.tables import choice_cell
from people.domain import Category
from people.imports.incoming import ColumnMap

_WORDS = {
    "Staff": Category.EMPLOYEE.value,
    "Permanent": Category.EMPLOYEE.value,
    "Fixed term": Category.EMPLOYEE.value,
    "Casual": Category.EMPLOYEE.value,
    "Apprentice": Category.EMPLOYEE.value,
    "Councillor": Category.MEMBER.value,
    "Elected member": Category.MEMBER.value,
    "Agency worker": Category.AGENCY.value,
    "Consultant": Category.CONTRACTOR.value,
}

MAP = ColumnMap(
    name="itrent",
    title="iTrent",
    aliases={
        "Person Reference no": "person_ref",
        "Known As": "first_name",
        "Surname": "last_name",
        "Institution": "organisation",
        "Location": "unit",
        "Position": "job_title",
        "Position Reference no": "post_ref",
        "Category": "category",
        "Reporting Manager Person Reference no": "manager_ref",
    },
    parsers={"category": choice_cell([category.value for category in Category], _WORDS)},
)
