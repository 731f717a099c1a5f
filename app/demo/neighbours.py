"""Everybody outside the council's staff: schools, elected members, partners, contractors, volunteers."""

from __future__ import annotations

from random import Random

from app.demo.council import scaled
from app.demo.facts import HAVENBROOK, Pinned, Seat, Workplace

_SCHOOL_WORDS = """
Alderbrook Ashmead Beamfold Birchmere Bramblewood Brindlefield Candlewick Cherrymarsh Cloverdene
Cobblegate Crowmarsh Daisyford Dovecote Eastmere Elderflower Fallowfield Fernhollow Flaxmill Foxglove
Gosling Greenwharf Hartsmead Hazelbank Heronsgate Honeycombe Ivybridge Jasmine Kestrel Kingcup Larkrise
Lavender Lindenlea Marshgate Meadowsweet Millrace Mossbank Netherwharf Nightingale Oakhollow Orchardside
Otterbourne Partridge Pebblebrook Plumtree Quillmere Ravensmead Reedham Robinswood Rushmere Saltmarsh
Silverbirch Skylark Sorrel Sparrowfield Swallowtail Teasel Thistledown Tidewell Umberleigh Willowherb
"""
_SCHOOL_NAMES = _SCHOOL_WORDS.split()
PARTNERS: tuple[tuple[str, str, str, str, tuple[tuple[str, int], ...]], ...] = (
    (
        "Havenbrook and Eastmarsh Hospitals NHS Trust",
        "health",
        "partner",
        "hospitals-nhs.example",
        (
            ("Prevent Lead", 1),
            ("Safeguarding Nurse", 14),
            ("Emergency Department Nurse", 46),
            ("Midwife", 24),
        ),
    ),
    (
        "Thameslight Community NHS Foundation Trust",
        "health",
        "partner",
        "thameslight-nhs.example",
        (("Prevent Lead", 1), ("Health Visitor", 24), ("Mental Health Practitioner", 30)),
    ),
    (
        "Eastmarsh Police Command Unit",
        "police",
        "partner",
        "eastmarsh-police.example",
        (("Prevent Liaison Officer", 2), ("SO20 Local Lead", 1), ("Neighbourhood Officer", 32)),
    ),
    (
        "Eastmarsh Probation Delivery Unit",
        "probation",
        "partner",
        "eastmarsh-probation.example",
        (("Senior Probation Officer", 3), ("Probation Officer", 18)),
    ),
    (
        "Havenbrook Council for Voluntary Service",
        "vcs",
        "volunteer",
        "havenbrook-cvs.example",
        (("Chief Officer", 1), ("Community Volunteer", 24)),
    ),
    (
        "Brookside Youth Trust",
        "vcs",
        "volunteer",
        "brookside-youth.example",
        (("Youth Mentor", 18),),
    ),
    (
        "Havenbrook Faith Forum",
        "faith",
        "volunteer",
        "havenbrook-faith.example",
        (("Faith Forum Chair", 1), ("Faith Leader", 11)),
    ),
    (
        "Brightwater Facilities Ltd",
        "other",
        "contractor",
        "brightwater.example",
        (("Contract Manager", 1), ("Cleaner", 28)),
    ),
    (
        "Marshgate Home Care Ltd",
        "other",
        "contractor",
        "marshgate-care.example",
        (("Registered Manager", 1), ("Home Carer", 22)),
    ),
)
_SCHOOL_STAFF = (
    ("Teaching", "Teacher", 0.42),
    ("Teaching", "Teaching Assistant", 0.28),
    ("Support", "Midday Supervisor", 0.14),
    ("Support", "School Administrator", 0.08),
    ("Support", "Site Assistant", 0.08),
)
"""Unit, title and share of everybody but the head and the deputy."""
_NAMED = {
    "Prevent Lead": ("channel_panel", "partnership"),
    "Prevent Liaison Officer": ("channel_panel", "partnership"),
    "SO20 Local Lead": ("partnership",),
    "Senior Probation Officer": ("channel_panel",),
    "Chief Officer": ("partnership",),
    "Faith Forum Chair": ("partnership",),
}
_KINDS = {
    "health": "nhs",
    "police": "justice",
    "probation": "justice",
    "vcs": "community",
    "faith": "community",
}
CABINET = (
    "Leader of the Council",
    "Deputy Leader of the Council",
    "Cabinet Member for Equalities and Cohesion",
    "Cabinet Member for Community Safety",
    "Cabinet Member for Housing",
    "Cabinet Member for Children and Schools",
    "Cabinet Member for Adults and Health",
    "Cabinet Member for Public Realm",
    "Cabinet Member for Finance",
    "Cabinet Member for Growth",
)
MEMBERS = 51
_PARTNER_LEAD = Pinned("partner_lead", "Efua", "Nwosuford")


def school_seats(rng: Random, scale: float, first_position: int) -> list[Seat]:
    """Sixty schools, on average some sixty people each; no headteacher has a manager in the file."""
    seats: list[Seat] = []
    for number, name in enumerate(_SCHOOL_NAMES[: scaled(len(_SCHOOL_NAMES), scale)]):
        secondary = number % 5 == 4
        school = f"{name} {'Academy' if secondary else 'Primary School'}"
        size = rng.randint(78, 122) if secondary else rng.randint(32, 66)
        head = first_position + len(seats)
        seats += [_school_seat(school, name, "Leadership", "Headteacher", None, lead=True)]
        seats += [
            _school_seat(
                school, name, "Leadership", "Deputy Head and Designated Safeguarding Lead", head, lead=True
            )
        ]
        for unit, title, share in _SCHOOL_STAFF:
            seats += [_school_seat(school, name, unit, title, head)] * max(1, round((size - 2) * share))
    return seats


def _school_seat(
    school: str, name: str, unit: str, title: str, boss: int | None, *, lead: bool = False
) -> Seat:
    kinds = frozenset({"school_staff", "school_lead"} if lead else {"school_staff"})
    mail = "" if title == "Midday Supervisor" else f"{name.lower()}-school.example"
    place = Workplace(school, "school", unit)
    return Seat(title, place, kinds=kinds, boss=boss, mail=mail, turnover=0.15, history_years=3.0)


def partner_seats(scale: float, first_position: int) -> list[Seat]:
    """Partners, contractors and volunteers; the first seat of each organisation leads it."""
    seats: list[Seat] = []
    for organisation, sector, category, mail, titles in PARTNERS:
        lead: int | None = None
        for title, number in titles:
            kind = "contractor" if category == "contractor" else _KINDS[sector]
            for _ in range(scaled(number, scale)):
                pinned = None if any(seat.pinned for seat in seats) else _PARTNER_LEAD
                seats.append(
                    Seat(
                        title,
                        Workplace(organisation, sector),
                        category,
                        frozenset({kind}),
                        _NAMED.get(title, ()),
                        lead,
                        mail,
                        turnover=0.2,
                        history_years=4.0,
                        pinned=pinned,
                    )
                )
                lead = first_position + len(seats) - 1 if lead is None else lead
    return seats


def member_seats(first_position: int) -> list[Seat]:
    """The council's members: the leader's group and the other group, each with a group leader.

    Members have no line manager; the group leader stands there, so that gaps reach somebody.
    """
    seats: list[Seat] = []
    other_leader = len(CABINET)
    for number in range(MEMBERS):
        kinds = frozenset({"member", "partnership"} if number < other_leader else {"member"})
        title = CABINET[number] if number < other_leader else "Councillor"
        if number == other_leader:
            title = "Leader of the Opposition"
        boss = first_position + (other_leader if number > 40 else 0)
        leads = number in (0, other_leader)
        place = Workplace(HAVENBROOK, "council", "Elected Members")
        mail = "members.havenbrook.example"
        seats.append(Seat(title, place, "member", kinds, boss=None if leads else boss, mail=mail))
    return seats
