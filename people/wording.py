"""The words in which pages speak of people: what kind of person, in which sector, why away. Pure.

A category, a sector or a kind of absence is a stable key; what people read is here, once.
"""

from people.domain import AbsenceKind, Category, Permission, Phase, Sector

CATEGORY_WORDS = {
    Category.EMPLOYEE: "Employee",
    Category.MEMBER: "Elected member",
    Category.AGENCY: "Agency worker",
    Category.CONTRACTOR: "Contractor",
    Category.VOLUNTEER: "Volunteer",
    Category.PARTNER: "Partner's staff",
}

SECTOR_WORDS = {
    Sector.COUNCIL: "Council",
    Sector.SCHOOL: "Schools",
    Sector.FE_HE: "Further and higher education",
    Sector.HEALTH: "Health",
    Sector.POLICE: "Police",
    Sector.PROBATION: "Probation",
    Sector.PRISON: "Prisons",
    Sector.VCS: "Voluntary and community sector",
    Sector.FAITH: "Faith organisations",
    Sector.OTHER: "Other",
}

PHASE_WORDS = {
    Phase.NURSERY: "Nursery",
    Phase.PRIMARY: "Primary",
    Phase.SECONDARY: "Secondary",
    Phase.ALL_THROUGH: "All-through",
    Phase.SPECIAL: "Special",
    Phase.PUPIL_REFERRAL_UNIT: "Pupil referral unit",
    Phase.SIXTH_FORM: "Sixth form",
    Phase.OTHER: "Other",
}

ABSENCE_WORDS = {
    AbsenceKind.LONG_TERM_SICK: "Long-term sickness",
    AbsenceKind.PARENTAL: "Parental leave",
    AbsenceKind.CAREER_BREAK: "Career break",
    AbsenceKind.SECONDMENT_OUT: "Seconded elsewhere",
    AbsenceKind.SUSPENSION: "Suspension",
    AbsenceKind.OTHER: "Other",
}

PERMISSION_WORDS = {
    Permission.PARTNER_LEAD: "Partner lead: sees the people of one organisation, and declares its numbers",
    Permission.LEARNING: "Learning and development: sees and changes everything",
    Permission.COORDINATOR: "Prevent Coordinator: sees everybody, and may change targets and who must be trained",
    Permission.AUDITOR: "Auditor: reads everything, and changes nothing",
}

PERMISSION_NAMES = {
    Permission.PARTNER_LEAD: "Partner lead",
    Permission.LEARNING: "Learning and development",
    Permission.COORDINATOR: "Prevent Coordinator",
    Permission.AUDITOR: "Auditor",
}
