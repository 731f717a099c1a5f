"""The words in which pages speak of people: what kind of person, why away. Pure.

A category or a kind of absence is a stable key; what people read is here, once.
"""

from people.domain import AbsenceKind, Category

CATEGORY_WORDS = {
    Category.EMPLOYEE: "Employee",
    Category.MEMBER: "Elected member",
    Category.AGENCY: "Agency worker",
    Category.CONTRACTOR: "Contractor",
    Category.VOLUNTEER: "Volunteer",
    Category.PARTNER: "Partner's staff",
}

ABSENCE_WORDS = {
    AbsenceKind.LONG_TERM_SICK: "Long-term sickness",
    AbsenceKind.PARENTAL: "Parental leave",
    AbsenceKind.CAREER_BREAK: "Career break",
    AbsenceKind.SECONDMENT_OUT: "Seconded elsewhere",
    AbsenceKind.SUSPENSION: "Suspension",
    AbsenceKind.OTHER: "Other",
}
