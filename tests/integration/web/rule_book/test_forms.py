"""Every form of the rule book: what it puts into the draft, and what it refuses in which words."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from compliance.domain.requirement import AcceptedCourse, Renewal, Requirement, RoleLink, Target
from courses.domain import Course
from foundation import clock
from people.domain import RoleLine, RoleRule
from tests.borough import AWARE, STALLS
from tests.integration.web.rule_book.desk import (
    DRAFT,
    EDIT,
    RULES,
    book_now,
    change_link,
    day_fields,
    in_days,
    messages,
    press,
    put,
    put_well,
    read,
    text_of_page,
)
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


def test_a_new_course_requirement_and_role_come_with_everything_that_was_typed(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    put_well(
        client,
        f"{EDIT}course",
        code="NEW-1",
        title="  Something   new ",
        provider="The council",
        mode=["workshop"],
        duration_minutes="90",
        validity_months="12",
        prerequisites=["PREV"],
        url="https://learning.example/new",
        counts_for_facilitators=["y"],
    )
    put_well(client, f"{EDIT}role", code="panel", title="Panel members", approved_by="Head of Safety")
    put_well(
        client, f"{EDIT}role-rule?of=panel", job_title="*officer*", sector="council", category="employee"
    )
    put_well(
        client,
        f"{EDIT}requirement",
        code="PANEL",
        title="For the panel",
        kind=["measure"],
        sectors=["council", "vcs"],
        units="Resources\r\nCommunity Solutions>Homes\r\n",
        basis=["calendar"],
        day="29",
        month="2",
        minimum_months="6",
        expiring_days="30",
    )
    put_well(client, f"{EDIT}audience?of=PANEL", role="panel", days="14")
    put_well(
        client,
        f"{EDIT}accepted-course?of=PANEL",
        course="NEW-1",
        use=["any"],
        validity_months="6",
        **day_fields("taken_from", date(2026, 1, 1)),
        **day_fields("honoured_to", date(2030, 3, 31)),
    )
    put_well(
        client,
        f"{EDIT}target?of=PANEL",
        percent_hundredths="72.5 %",
        unit="Resources",
        plan_ref="7",
        owner="A post",
    )
    press(client, "Save these changes")
    book, today = book_now(session), clock.today()
    assert (
        Course(
            "NEW-1",
            "Something new",
            "The council",
            "workshop",
            90,
            12,
            ("PREV",),
            "https://learning.example/new",
            counts_for_facilitators=True,
            first_day=today,
        )
        in book.courses
    )
    assert RoleLine("panel", "Panel members", "Head of Safety", today) in book.roles
    assert RoleRule("panel", "*officer*", None, None, "council", "employee", today) in book.role_rules
    wanted = Requirement(
        "PANEL",
        "For the panel",
        "measure",
        ("council", "vcs"),
        ("Community Solutions > Homes", "Resources"),
        Renewal("calendar", month=2, day=29, minimum_months=6),
        expiring_days=30,
        first_day=today,
    )
    assert wanted in book.requirements
    assert RoleLink("PANEL", "panel", 14, today) in book.links
    assert (
        AcceptedCourse("PANEL", "NEW-1", "any", 6, date(2026, 1, 1), None, date(2030, 3, 31), today)
        in book.accepted
    )
    assert Target("PANEL", 72_50, "Resources", "7", "A post", today) in book.targets


def test_each_line_is_shown_as_it_is_and_sent_back_unchanged_changes_nothing(sign_in: SignIn) -> None:
    client = sign_in("learning")
    pages = (f"{RULES}/requirements/{AWARE}", f"{RULES}/courses/PREV", f"{RULES}/roles/street")
    links = {str(link["href"]) for page in pages for link in client.page(page).select("a[href*='line=']")}
    assert len(links) >= 6
    for link in links:
        answer = put(client, link)
        assert (answer.status_code, messages(answer)) == (
            422,
            ["Nothing is different. Change something, or go back"],
        ), link


def test_who_must_hold_a_requirement_is_widened_and_those_who_gain_are_counted(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    put_well(client, f"{EDIT}audience?of={STALLS}", role="*", days="0")
    link = client.page(DRAFT).select_one(f"a[href*='show=gain'][href*='on={clock.today()}']")
    assert link is not None
    gaining = int(link.get_text().split()[0])
    before = listed(client)
    press(client, "Save these changes")
    assert gaining > 0
    assert len(listed(client)) == len(before) + gaining


def listed(client: PageClient) -> list[str]:
    where = {"requirement": STALLS, "show": "all_required"}
    return client.get("/people.csv", query_string=where).get_data(as_text=True).splitlines()[1:]


def test_a_line_is_ended_and_never_deleted(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    day = in_days(10)
    link = change_link(client, f"{RULES}/requirements/{AWARE}", "Team briefing")
    put_well(client, link, act="end", **day_fields("effective", day))
    assert "ends before" in text_of_page(client, DRAFT)
    again = client.get(link)
    assert again.status_code == 404
    press(client, "Save these changes")
    (line,) = [one for one in book_now(session).accepted if (one.requirement, one.course) == (AWARE, "BRIEF")]
    assert line.last_day == in_days(9)
    text = text_of_page(client, f"{RULES}/requirements/{AWARE}")
    assert f"Until {in_days(9).day}" in text
    assert "What will change later" in text


def test_posts_that_fit_a_rule_are_counted_before_anything_is_drafted(sign_in: SignIn) -> None:
    client = sign_in("learning")
    answer = put(client, f"{EDIT}role-rule?of=street", act="count", job_title="OFFICER")
    assert answer.status_code == 200
    assert "posts fit today" in answer.get_data(as_text=True)
    assert "You have no draft" in text_of_page(client, DRAFT)
    nobody = put(client, f"{EDIT}role-rule?of=street", act="count", job_title="astronaut")
    assert "0 posts fit today" in nobody.get_data(as_text=True)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("course", {}, "Enter a code"),
    ("course", {"code": "prev", "title": "T"}, "There is a course with this code already"),
    ("course", {"code": "a;b", "title": "T"}, "must not be * or have a ;"),
    ("course", {"code": "X" * 61, "title": "T"}, "Code must be 60 characters or fewer"),
    ("course", {"code": "X", "title": " "}, "Enter a title"),
    ("course", {"code": "X", "title": "T", "validity_months": "0"}, "between 1 and 120"),
    ("course", {"code": "X", "title": "T", "validity_months": "two"}, "must be a whole number"),
    ("course", {"code": "X", "title": "T", "duration_minutes": "-4"}, "must be a whole number"),
    ("course", {"code": "X", "title": "T", "url": "javascript:alert(1)"}, "starting with https://"),
    (
        "course",
        {"code": "X", "title": "T", "url": "https://a.example/\nBcc: x"},
        "must not have spaces, line",
    ),
    ("course", {"code": "X", "title": "T", "url": "https://a.example/\u2028x"}, "must not have spaces, line"),
    ("course", {"code": "X", "title": "T", "mode": ["dance"]}, "Select how it is taken"),
    ("role", {"code": "*", "title": "T"}, "must not be *"),
    ("role", {"code": "street", "title": "T"}, "There is a role with this code already"),
    ("role-rule?of=street", {}, "Enter at least one condition"),
    ("role-rule?of=street", {"unit": "Homes > > Repairs"}, "Unit must be a path"),
    ("role-rule?of=street", {"organisation": "Nowhere"}, "Choose the organisation from the list"),
    ("requirement", {"code": "X", "title": "T", "expiring_days": ""}, "Enter the days of expiring soon"),
    ("requirement", {"code": "X", "title": "T", "return_due_days": "3651"}, "between 0 and 3,650"),
    (
        "requirement",
        {"code": "X", "title": "T", "basis": ["calendar"], "day": "31", "month": "2"},
        "real day",
    ),
    (
        "requirement",
        {"code": "X", "title": "T", "basis": ["anniversary"], "window_days": ""},
        "Enter the days",
    ),
    ("requirement", {"code": "X", "title": "T", "units": "A\n > B"}, "Each unit must be a path"),
    ("requirement", {"code": AWARE, "title": "T"}, "There is a requirement with this code already"),
    (f"audience?of={AWARE}", {"role": "", "days": "5"}, "Choose the role from the list"),
    (f"audience?of={AWARE}", {"role": "street", "days": ""}, "Enter the days allowed"),
    (f"audience?of={AWARE}", {"role": "*", "days": "5"}, "The rule book has this already"),
    (f"accepted-course?of={AWARE}", {"course": "NOPE"}, "Choose the course from the list"),
    (f"accepted-course?of={AWARE}", {"course": "PREV"}, "The rule book has this already"),
    (
        f"accepted-course?of={STALLS}",
        {
            "course": "PREV",
            **day_fields("taken_from", date(2026, 5, 1)),
            **day_fields("taken_to", date(2026, 4, 1)),
        },
        "the same as or after the first day of completion",
    ),
    (
        f"accepted-course?of={STALLS}",
        {"course": "PREV", "honoured_to-day": "3"},
        "must include a month and year",
    ),
    (f"target?of={AWARE}", {"percent_hundredths": ""}, "Enter the target"),
    (f"target?of={AWARE}", {"percent_hundredths": "0"}, "Target must be a number above 0"),
    (f"target?of={AWARE}", {"percent_hundredths": "101"}, "Target must be a number above 0"),
    (f"target?of={AWARE}", {"percent_hundredths": "70.123"}, "Target must be a number above 0"),
    (f"target?of={AWARE}", {"percent_hundredths": "many"}, "Target must be a number above 0"),
    (f"target?of={AWARE}", {"percent_hundredths": "80"}, "The rule book has this already"),
    (
        f"target?of={AWARE}",
        {"percent_hundredths": "80", "unit": "Homes", **day_fields("effective", date(2026, 1, 1))},
        "The day must be today or in the future",
    ),
    (
        f"target?of={AWARE}",
        {"percent_hundredths": "80", "unit": "Homes", "effective-month": "13"},
        "must be a real date",
    ),
]


def test_what_cannot_be_is_refused_and_what_was_typed_stays(sign_in: SignIn, session: Session) -> None:
    client, before = sign_in("learning"), book_now(session)
    for address, typed, wanted in REFUSED:
        answer = put(client, f"{EDIT}{address}", **typed)
        assert answer.status_code == 422, address
        assert any(wanted in message for message in messages(answer)), (address, typed, messages(answer))
        for name, value in typed.items():
            kept = read(answer).select_one(f"input[type=text][name='{name}']")
            if kept is not None:
                assert str(kept["value"]).split() == str(value).split()
    assert "You have no draft" in text_of_page(client, DRAFT)
    assert book_now(session) == before


def test_what_is_not_there_cannot_be_changed(sign_in: SignIn) -> None:
    client = sign_in("learning")
    nowhere = (
        "target?of=NOPE",
        "audience",
        "role-rule?of=nobody",
        "target?line=0123456789abcdef",
        "course?of=PREV",
    )
    for address in nowhere:
        assert client.get(f"{EDIT}{address}").status_code == 404, address


def test_what_the_draft_changed_already_is_changed_again_in_the_draft(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    link = change_link(client, f"{RULES}/requirements/{AWARE}", "%")
    put_well(client, link, percent_hundredths="75")
    page = client.page(link)
    field = page.select_one("#percent_hundredths")
    assert field is not None
    assert field["value"] == "75"
    put_well(client, link, percent_hundredths="76")
    press(client, "Save these changes")
    assert [one.percent_hundredths for one in book_now(session).targets if one.requirement == AWARE] == [
        70_00,
        76_00,
    ]


def test_the_rule_book_is_shown_as_at_any_day_and_searched(sign_in: SignIn) -> None:
    client = sign_in("staff")
    text = text_of_page(client, RULES)
    assert "Prevent awareness for everybody" in text
    assert "Everyone, 90 days" in text
    assert "70%" in text
    found = client.page(f"{RULES}?q=team briefing").select("tbody th a")
    assert {link.get_text() for link in found} == {
        "Prevent awareness for everybody",
        "Leaflets and stalls",
        "Team briefing",
    }
    assert "Nothing has these words" in text_of_page(client, f"{RULES}?q=astronaut")
    assert client.get(f"{RULES}?as_at=nonsense").status_code == 422
    for page in ("requirements/NOPE", "courses/NOPE", "roles/NOPE"):
        assert client.get(f"{RULES}/{page}").status_code == 404
    assert (
        "by" not in text_of_page(client, f"{RULES}/requirements/{AWARE}").partition("Recorded")[2].split()[:3]
    )
