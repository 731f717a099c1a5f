"""A role given by hand: on which days it asks for something, since when, and how it is told (counting rule 2)."""

from datetime import date

from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook
from compliance.domain.spans import Status
from compliance.domain.timeline import Exemption, PersonFacts, Timelines
from compliance.domain.why import why
from compliance.services.person_effect import person_effects
from foundation.dates import FAR_DAY
from people.domain import Place, RoleGrant, RoleLine, Spell

HOMES = Place(1, "Homes", "Council", "council")
PARKS = Place(2, "Parks", "Council", "council")
BOOK = RuleBook(
    roles=(RoleLine("panel", "Panel members"),),
    requirements=(Requirement("PANEL", "Panel training"),),
    links=(RoleLink("PANEL", "panel", 30),),
    accepted=(AcceptedCourse("PANEL", "AW"),),
)
JANUARY, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 31)


def spell(first: date = JANUARY, last: date = FAR_DAY, place: Place = HOMES) -> Spell:
    return Spell(first, last, place)


def grant(first: date = MARCH, last: date = FAR_DAY) -> RoleGrant:
    return RoleGrant("panel", first, last, "Head of Service")


def spans(*grants: RoleGrant, spells: tuple[Spell, ...] = (spell(),), book: RuleBook = BOOK) -> list[object]:
    timeline = Timelines(book).of(PersonFacts(spells=spells, grants=grants)).get("PANEL")
    return [(span.first_day, span.last_day, span.status) for span in timeline.spans] if timeline else []


def test_it_asks_from_its_first_day_to_its_last_with_its_own_days_allowed() -> None:
    assert spans(grant(MARCH, MAY)) == [
        (MARCH, date(2026, 3, 31), Status.NOT_YET_DUE),
        (date(2026, 4, 1), MAY, Status.OUTSTANDING),
    ]


def test_it_asks_for_nothing_while_no_post_is_held() -> None:
    late = spell(date(2026, 5, 1), date(2026, 5, 20))
    assert spans(grant(), spells=()) == []
    assert spans(grant(), spells=(late,)) == [(date(2026, 5, 1), date(2026, 5, 20), Status.NOT_YET_DUE)]
    assert spans(grant(JANUARY, MARCH), spells=(late,)) == []


def test_it_holds_in_every_post_so_that_units_of_a_requirement_are_met_by_any_of_them() -> None:
    book = RuleBook(
        roles=BOOK.roles,
        requirements=(Requirement("PANEL", units=("Parks",)),),
        links=BOOK.links,
    )
    both = (spell(), spell(date(2026, 4, 1), place=PARKS))
    person = PersonFacts(spells=both, grants=(grant(),))
    timeline = Timelines(book).of(person)["PANEL"]
    assert timeline.spans[0].first_day == date(2026, 4, 1)
    assert [unit.unit_id for unit in timeline.units] == [PARKS.unit_id]


def test_the_same_role_from_the_post_and_by_hand_is_one_role() -> None:
    named = Spell(date(2026, 2, 1), FAR_DAY, HOMES, roles=frozenset({"panel"}))
    assert spans(grant(), spells=(named,)) == spans(spells=(named,))


def test_a_role_that_no_requirement_links_asks_for_nothing() -> None:
    assert spans(RoleGrant("gone", MARCH, FAR_DAY)) == []


def test_the_reason_says_that_the_role_was_given_by_hand_and_on_whose_word() -> None:
    (first, _) = Timelines(BOOK).of(PersonFacts(spells=(spell(),), grants=(grant(),)))["PANEL"].spans
    sentence = why(first, BOOK.role_titles, {}, [grant()])
    assert sentence.startswith(
        "Required as Panel members since 1 March 2026 (role given by hand, approved by Head of Service);"
    )
    assert "by hand" not in why(first, BOOK.role_titles, {}, [grant(date(2026, 3, 2))])
    assert "by hand" not in why(first, BOOK.role_titles, {}, [RoleGrant("other", JANUARY, FAR_DAY, "x")])


def test_what_a_change_would_do_is_told_from_the_first_day_on_which_it_does() -> None:
    before = PersonFacts(spells=(spell(),))
    with_role = PersonFacts(spells=(spell(),), grants=(grant(MARCH, MAY),))
    (gained,) = person_effects(BOOK, before, with_role, JANUARY)
    assert (gained.requirement, gained.title, gained.since) == ("PANEL", "Panel training", MARCH)
    assert gained.before is None
    assert gained.after is not None
    assert gained.after.due_on == date(2026, 3, 31)
    (lost,) = person_effects(BOOK, with_role, before, date(2026, 4, 15))
    assert (lost.since, lost.after is None) == (date(2026, 4, 15), True)
    exempt = PersonFacts(
        spells=(spell(),), grants=(grant(MARCH, MAY),), exemptions=(Exemption(None, MARCH, date(2026, 3, 9)),)
    )
    assert person_effects(BOOK, with_role, exempt, date(2026, 3, 10)) == []
    assert person_effects(BOOK, before, before, JANUARY) == []
