"""The page of a school: nothing known, the form with its errors, the check, and what was said with its history."""

from foundation import clock
from tests.borough import SCHOOL
from tests.e2e.walking import Walk


def schools(walk: Walk) -> None:
    """The Prevent Coordinator says what a school is, and says something else."""
    walk.go("/figures/schools", "compliance.coverage", "before a school")
    address = f"/figures/schools/{walk.borough.units[SCHOOL]}"
    walk.go(address, "compliance.school", "nothing known")
    walk.go("/figures/schools/nowhere", "compliance.school", "not found")
    walk.go(f"{address}/change", "compliance.change_school")
    walk.press("Continue")
    walk.see("compliance.change_school", "error")
    walk.page.get_by_label("Primary", exact=True).check()
    walk.page.locator("#urn").fill("12")
    walk.page.locator("#headcount").fill("some")
    walk.page.locator("#audit_on-day").fill("31")
    walk.press("Continue")
    walk.see("compliance.change_school", "error in several")
    walk.page.locator("#urn").fill("900123")
    walk.page.locator("#headcount").fill("61")
    walk.page.locator("#audit_gaps").fill("2")
    for name in ("headcount_on", "audit_on"):
        for part in ("day", "month", "year"):
            walk.page.locator(f"#{name}-{part}").fill(str(getattr(clock.today(), part)))
    walk.press("Continue")
    walk.see("compliance.change_school", "check")
    walk.press("Save")
    walk.see("compliance.school")
    walk.page.goto(f"{address}/change")
    walk.page.locator("#headcount").fill("62")
    walk.press("Continue")
    walk.press("Save")
    walk.see("compliance.school", "with a history")
