"""A course as pages and messages to staff show it: where it is done, by whom it is given, how long it takes."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from compliance import wording
from courses.domain import Course, Mode

GOV_UK = ("www.gov.uk", ".service.gov.uk")
"""How the names of GOV.UK's own sites end."""


@dataclass(frozen=True, slots=True)
class CourseItem:
    """A course to take. Where there is no `url`, `ask` says how to find it; `site` is where the link leads."""

    code: str
    title: str
    provider: str
    duration: str
    url: str
    site: str
    ask: str


@lru_cache(maxsize=1000)  # the courses of a rule book change a few times a year
def course_item(course: Course) -> CourseItem:
    """A line of the rule book as a course to take."""
    url = web_address(course.url)
    return CourseItem(
        code=course.code,
        title=course.title or course.code,
        provider=course.provider,
        duration=wording.duration_words(course.duration_minutes),
        url=url,
        site=site_words(url),
        ask="" if url else wording.ASK[Mode(course.mode)],
    )


def web_address(text: str) -> str:
    """The address, if it is one. The rule book is a file: only a web address becomes a link.

    >>> web_address("https://www.gov.uk/"), web_address("javascript:alert(1)"), web_address("https://")
    ('https://www.gov.uk/', '', '')
    """
    try:
        parts = urlsplit(text)
        return text if parts.scheme in ("https", "http") and parts.hostname else ""
    except ValueError:
        return ""


def site_words(url: str) -> str:
    """The site to which an address leads, as people call it.

    >>> site_words("https://www.gov.uk/training"), site_words("https://train.service.gov.uk/")
    ('GOV.UK', 'GOV.UK')
    >>> site_words("https://www.borough.gov.uk/x"), site_words("https://learn.council.example/x")
    ('borough.gov.uk', 'learn.council.example')
    """
    host = (urlsplit(url).hostname or "") if url else ""
    return "GOV.UK" if host == GOV_UK[0] or host.endswith(GOV_UK[1]) else host.removeprefix("www.")
