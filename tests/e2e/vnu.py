"""The Nu Html Checker: what it says about pages, many at once in one process."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.services import vnu_jar


@dataclass(frozen=True, slots=True)
class Accepted:
    """A warning about code that the macros of GOV.UK write, and why it does no harm."""

    message: str
    code: str
    reason: str


ACCEPTED = (
    Accepted(
        "Attribute “aria-hidden” is unnecessary for elements that have attribute “hidden”.",
        "govuk-service-navigation__toggle",
        "the menu button, which the script of the design system shows by taking both away",
    ),
    Accepted(
        "The “group” role is unnecessary for element “fieldset”.",
        '<fieldset class="govuk-fieldset" role="group"',
        "the boxes of a date: some screen readers say the legend with the role alone",
    ),
)


# Java for a few seconds' work: what it spends on making a long run fast is never earned back.
_BRIEFLY = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss2m")


def accepted(found: Mapping[str, object]) -> Accepted | None:
    """Which accepted warning a message is; None for everything that is to be mended."""
    for one in ACCEPTED:
        if found["message"] == one.message and one.code in str(found.get("extract", "")):
            return one
    return None


def complaints(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Every error and warning about these pages: {name: HTML}. `folder` is for the files that the checker reads."""
    jar = vnu_jar()
    assert jar is not None
    names, paths = {}, []
    for number, (name, html) in enumerate(pages.items()):
        path = folder / f"{number}.html"
        path.write_text(html, encoding="utf-8")
        names[path.as_uri()] = name
        paths.append(str(path))
    answer = subprocess.run(
        ["java", *_BRIEFLY, "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always", *paths],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    messages = json.loads(answer.stdout)["messages"]
    return [
        f"{names[Path(found['url'].removeprefix('file:')).as_uri()]}, line {found.get('lastLine', '?')}: "
        f"{found['message']}: {found.get('extract', '').strip()}"
        for found in messages
        if accepted(found) is None
    ]
