"""The words of every message about reminders, as a person has read them (how to change them: tests/snapshots.py)."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from compliance.domain.requirement import ReminderStep, StepKind, StepTo
from compliance.services.course_items import CourseItem
from compliance.services.worklist import Rows, Work
from compliance.store.worklist import Problem
from courses.domain import Completion
from foundation.registry import modules
from reminders import steps
from reminders.domain.letter import RefusedError
from reminders.services.writing import frame
from reminders.services.writing.frame import FOLDER, Letterhead, plain_name
from reminders.services.writing.html_part import as_html
from reminders.services.writing.phrasing import News, TeamNews, letter_words, person_words, team_words
from reminders.services.writing.things import TeamLine, Thing
from reminders.services.writing.work import work_words
from reminders.store.team_standing import Figure
from reminders.store.unreached import Waiting
from tests.pages import nests_validly
from tests.snapshots import same_as_snapshot
from tests.unit.reminders.told import LETTERHEAD, TODAY, Entry, duties, thing

SNAPSHOTS = Path(__file__).with_name("snapshots")
AWARE_DONE = (Completion("PREV-AW", date(2023, 12, 23), "trusted", None),)
THINGS: dict[str, Sequence[Thing]] = {
    "welcome": [thing("AWARE", "welcome_0", date(2026, 12, 30), role="frontline")],
    "before": [thing("AWARE", "before_30", date(2026, 12, 23), role="frontline")],
    "before_today": [thing("WRAP", "before_0", TODAY, role="safeguarding")],
    "before_renewal": [
        thing(
            "AWARE",
            "before_30",
            date(2026, 12, 23),
            role="frontline",
            cycle="proof:PREV-AW:2023-12-23",
            done=AWARE_DONE,
        )
    ],
    "overdue": [thing("AWARE", "overdue_1", date(2026, 11, 22), role="frontline")],
    "overdue_renewal": [
        thing("LEAD", "overdue_30", date(2026, 10, 24), role="leadership", cycle="proof:LEAD-BRF:2025-10-24")
    ],
    "needs_another_first": [thing("REFER", "before_30", date(2026, 12, 23), role="safeguarding_lead")],
    "several": [
        thing("AWARE", "before_30", date(2026, 12, 23), role="frontline"),
        thing("REFER", "overdue_1", date(2026, 11, 20), role="safeguarding_lead"),
        thing("LEAD", "before_0", TODAY, role="leadership"),
    ],
    "for_everybody": [thing("AWARE-CONTRACT", "before_30", date(2026, 12, 23), role="*")],
}


def news(
    name: str,
    kind: str,
    days: int,
    to: str,
    deadline: date,
    *,
    person: int,
    manager: str = "",
    cycle: str = "run:x",
) -> News:
    entry = Entry("AWARE", f"{kind}_{days}_{to}", deadline, cycle, person_id=person)
    return News(ReminderStep(entry.step, kind, days, to), person, duties().line(entry, name), manager)


def line(name: str, deadline: date) -> TeamLine:
    return duties().line(Entry("AWARE", "before_30_person", deadline, person_id=99), name)


BEHIND = (
    news("Ola Tester", "overdue", 1, "manager", date(2026, 11, 18), person=2),
    news(
        "Kit Tester", "overdue", 1, "manager", date(2026, 11, 22), person=3, cycle="proof:PREV-AW:2023-11-22"
    ),
)
FAR_BEHIND = (
    news("Bo Tester", "overdue", 30, "head_of_service", date(2026, 10, 24), person=4, manager="Uma Tester"),
    news("Cy Tester", "overdue", 30, "head_of_service", date(2026, 10, 20), person=5, manager="Uma Tester"),
    news("Di Tester", "overdue", 30, "head_of_service", date(2026, 10, 22), person=6, manager="Ash Tester"),
)
TEAMS = {
    "manager": TeamNews("Mo", TODAY, Figure(14, 17), BEHIND, (line("Una Tester", date(2026, 12, 23)),), 2),
    "manager_only_to_tell": TeamNews(
        "Mo", TODAY, Figure(16, 17), (), (line("Una Tester", date(2026, 12, 23)),)
    ),
    "manager_of_one": TeamNews("", TODAY, Figure(0, 1), BEHIND[:1], (), 1),
    "head_of_service": TeamNews("Dana", TODAY, Figure(112, 1130), FAR_BEHIND, (), 12),
    "manager_and_head": TeamNews("Dana", TODAY, Figure(1, 3), (*FAR_BEHIND, *BEHIND)),
    "other_steps": TeamNews(
        "Mo",
        TODAY,
        Figure(0, 0),
        (
            news("Ola Tester", "welcome", 0, "manager", date(2026, 12, 18), person=2),
            news("Kit Tester", "before", 30, "manager", date(2026, 12, 22), person=3),
            news("Sam Tester", "overdue", 30, "manager", date(2026, 10, 22), person=7),
            news(
                "Bo Tester",
                "welcome",
                0,
                "head_of_service",
                date(2026, 12, 24),
                person=4,
                manager="Uma Tester",
            ),
            news("Cy Tester", "before", 0, "head_of_service", TODAY, person=5, manager="Uma Tester"),
        ),
    ),
}
WORK = Work(
    evidence=4,
    waiting_since=None,
    problems={Problem.NO_MANAGER: 0, Problem.NO_ROLE: 1, Problem.NO_EMAIL: 12},
    exemptions=2,
    set_aside=Rows(1, 3),
    roles=0,
    requests=1,
    below=[],
)
NOTHING = Work(0, None, dict.fromkeys(Problem, 0), 0, None, 0, 0, [])
WORKS = {
    "both": (WORK, Waiting(failed=2, uncertain=1, letters=1200, unreached=5)),
    "only_work": (WORK, Waiting(0, 0, 0, 0)),
    "only_messages": (NOTHING, Waiting(failed=1, uncertain=0, letters=1, unreached=1)),
}


def text(words: tuple[str, str]) -> str:
    return f"Subject: {words[0]}\n\n{words[1]}"


@pytest.mark.parametrize("name", THINGS)
def test_what_somebody_is_told_reads_as_it_did(name: str) -> None:
    words = person_words(LETTERHEAD, "Sam", THINGS[name])
    assert same_as_snapshot(SNAPSHOTS / f"person_{name}.txt", text(words))


def test_whoever_chose_once_a_week_is_not_offered_it() -> None:
    words = person_words(LETTERHEAD, "Sam", THINGS["before"], weekly=True)
    assert same_as_snapshot(SNAPSHOTS / "person_weekly.txt", text(words))


@pytest.mark.parametrize("name", ["before", "several"])
def test_a_letter_reads_as_it_did(name: str) -> None:
    words = letter_words(LETTERHEAD, "Sam", THINGS[name])
    assert same_as_snapshot(SNAPSHOTS / f"letter_{name}.txt", text(words))


@pytest.mark.parametrize("name", TEAMS)
def test_what_a_manager_or_head_of_service_is_told_reads_as_it_did(name: str) -> None:
    words = team_words(LETTERHEAD, TEAMS[name])
    assert same_as_snapshot(SNAPSHOTS / f"team_{name}.txt", text(words))


@pytest.mark.parametrize("name", WORKS)
def test_what_learning_and_development_is_told_reads_as_it_did(name: str) -> None:
    words = work_words(LETTERHEAD, TODAY, *WORKS[name])
    assert same_as_snapshot(SNAPSHOTS / f"work_{name}.txt", text(words))


@pytest.mark.parametrize(
    "name, words",
    [
        ("person_several", person_words(LETTERHEAD, "Sam", THINGS["several"])),
        ("team_manager", team_words(LETTERHEAD, TEAMS["manager"])),
    ],
)
def test_the_html_part_reads_as_it_did(name: str, words: tuple[str, str]) -> None:
    assert same_as_snapshot(SNAPSHOTS / f"{name}.html", as_html(*words))


def test_without_a_support_address_a_message_says_that_nobody_reads_answers() -> None:
    alone = Letterhead("Example Borough Council", "Prevent training", "https://training.example.gov.uk")
    words = person_words(alone, "", THINGS["before"])
    assert same_as_snapshot(SNAPSHOTS / "person_without_support.txt", text(words))


def test_every_kind_of_step_has_its_words_for_every_recipient() -> None:
    kinds = {module.KIND for module in modules(steps)}
    assert kinds == {kind.value for kind in StepKind}
    wanted = {f"{kind}_{to}/{part}.txt" for kind in kinds for to in StepTo for part in ("subject", "body")}
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.txt")}
    assert wanted <= there
    # and every one of them is in one of the texts above
    spoken = {f"{thing.kind}_person" for things in THINGS.values() for thing in things}
    spoken |= {f"{one.step.kind}_{one.step.to}" for told in TEAMS.values() for one in told.news}
    assert spoken == {f"{kind}_{to}" for kind in kinds for to in StepTo}


@pytest.mark.parametrize("name", THINGS)
def test_a_message_says_what_by_when_where_why_how_long_and_how_to_get_help(name: str) -> None:
    things = THINGS[name]
    subject, body = person_words(LETTERHEAD, "Sam", things)
    for one in things:
        assert one.title in body
        assert one.by in body
        assert f"Why you: {one.why}" in body
        assert "What to do: " in body
        assert "Where: " in body
        assert "How long it takes: " in body
    first = min(things, key=lambda one: one.deadline)
    assert first.by in subject
    assert len(things) > 1 or first.title in subject
    assert "https://training.example.gov.uk/my-training\n" in body
    assert "https://training.example.gov.uk/my-training/reminders\n" in body
    assert "learning@example.gov.uk" in body
    assert len(subject) < 110


@pytest.mark.parametrize("path", sorted(SNAPSHOTS.glob("*.txt")), ids=lambda path: path.stem)
def test_no_message_blames_anybody_or_offers_to_be_told_nothing(path: Path) -> None:
    said = path.read_text(encoding="utf-8").lower()
    for word in (
        "fail to",
        "failed to",
        "must ",
        "immediately",
        "unsubscribe",
        "disciplin",
        "!",
        "final",
        "urgent",
    ):
        assert word not in said, word
    assert not re.search(r"[ \t]\n|\n{3,}|  ", said), "blanks to spare"


HOSTILE = [
    "Sam\r\nBcc: evil@evil.example",
    "Sam =?utf-8?q?=0a?=Bcc: evil@evil.example",
    "Sam\u2028\u2029\x85\0\x1b[31m",
    "<script>alert(1)</script>",
    '<a href="https://evil.example/">Sam</a>',
    "https://evil.example/sign-in",
    "www.evil.example",
    "{{ 7 * 7 }} {% raw %} %s %n ${jndi:x}",
    "- Sam",
    "Sam\n---\n\nYour password",
    "Where: https://evil.example/",
    "\u202eSam",
    "Sam" * 300,
    "&amp; < > \" '",
]


def hostile_messages(text: str) -> Sequence[tuple[str, str]]:
    """Every message with this text in every place in which somebody else's words stand."""
    bad = Letterhead("Example Borough Council", "Prevent training", "https://training.example.gov.uk")
    course = replace(course_of(THINGS["before"][0]), title=plain_name(text), provider=plain_name(text))
    named = replace(
        THINGS["before"][0],
        title=plain_name(text),
        course=course,
        first=(course, course),
        why=f'it is part of the role "{plain_name(text)}"',
    )
    told = replace(
        TEAMS["head_of_service"],
        first_name=text,
        news=tuple(
            replace(one, manager=text, line=duties().line(Entry("AWARE", "x", date(2026, 10, 1)), text))
            for one in FAR_BEHIND
        ),
        tell=(duties().line(Entry("AWARE", "x", date(2026, 12, 1)), text),),
    )
    return [
        person_words(bad, text, [named]),
        person_words(bad, text, [named, THINGS["overdue"][0]]),
        letter_words(bad, text, [named]),
        team_words(bad, told),
        person_words(Letterhead(text, text, "https://training.example.gov.uk"), text, [named]),
    ]


def course_of(one: Thing) -> CourseItem:
    assert one.course is not None
    return one.course


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nobodys_name_becomes_anything_but_text(text: str) -> None:
    for subject, body in hostile_messages(text):
        assert subject.isprintable()
        assert len(subject.splitlines()) == 1
        assert "=?" not in subject
        page = BeautifulSoup(as_html(subject, body), "html.parser")
        assert not list(nests_validly(page))
        assert {tag.name for tag in page.find_all(True)} <= ALLOWED
        for link in page.find_all("a"):
            assert str(link["href"]).startswith(("https://training.example.gov.uk/", COURSE_SITE)), link
            assert link["href"] == link.get_text()
        # what a mail program makes a link of by itself
        for found in re.findall(r"(?:https?://|www\.)[^\s/]+", body):
            assert found in ("https://training.example.gov.uk", COURSE_SITE.rstrip("/"))
        # nobody's name begins a block of its own
        said = body.split("\n")
        dashes = [number for number, one in enumerate(said) if re.fullmatch("-{3,}", one)]
        assert all(len(said[number]) == len(said[number - 1]) for number in dashes)
        assert "Your password" not in [one.strip() for one in said]


ALLOWED = {"html", "head", "meta", "title", "body", "div", "p", "br", "h2", "ul", "li", "a", "strong"}
COURSE_SITE = "https://www.support-people-susceptible-to-radicalisation.service.gov.uk/"


@pytest.mark.parametrize("path", sorted(SNAPSHOTS.glob("*.txt")), ids=lambda path: path.stem)
def test_the_html_says_the_same_in_british_english_and_fetches_nothing(path: Path) -> None:
    subject, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    html = as_html(subject.removeprefix("Subject: "), body)
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    page = BeautifulSoup(html, "html.parser")
    assert not list(nests_validly(page))
    assert page.html is not None
    assert page.html["lang"] == "en-GB"
    assert {tag.name for tag in page.find_all(True)} <= ALLOWED
    assert not {name for tag in page.find_all(True) for name in tag.attrs} - {
        "lang", "charset", "name", "content", "style", "href",
    }  # fmt: skip
    assert "url(" not in html
    plainly = re.sub(r"^(-{3,}|- )", "", body, flags=re.MULTILINE)
    assert page.body is not None
    assert page.body.get_text(" ").split() == plainly.split()


class Balanced(HTMLParser):
    """Every tag that is opened is closed, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_template_that_cannot_be_rendered_is_refused_without_saying_what_was_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bad in ("{{ thing.nothing }}", "{% if %}", "{{ thing.deadline + 1 }}", "{{ nobody }}"):
        shutil.copytree(FOLDER, tmp_path / str(len(bad)))
        (tmp_path / str(len(bad)) / "before_person" / "body.txt").write_text(bad, encoding="utf-8")
        monkeypatch.setattr(frame, "FOLDER", tmp_path / str(len(bad)))
        broken = replace(LETTERHEAD, council_name=f"Council {len(bad)}")
        with pytest.raises(RefusedError, match="The words of before_person/body could not be made") as error:
            person_words(broken, "Sam", THINGS["before"])
        assert "Sam" not in str(error.value)
        # The others are as they were.
        others = [person_words(one, "Sam", THINGS["overdue"])[0] for one in (broken, LETTERHEAD)]
        assert others[0] == others[1]
