"""The tour of planning: the list, the form with its errors, the answers, a workshop, changing it, calling it off."""

from datetime import timedelta

from foundation import clock
from tests.e2e.walking import Walk


def planning(walk: Walk) -> None:
    """The coordinator: where the next workshops are wanted, and a workshop from its plan to its end."""
    walk.go("/workshops", "courses.workshops", "nothing planned")
    walk.go("/workshops?when=past", "courses.workshops", "nothing past")
    walk.go("/workshops/need", "compliance.workshop_need")
    walk.page.get_by_text("How this is worked out").click()
    walk.see("compliance.workshop_need", "worked out")
    walk.page.get_by_role("link", name="Plan this").first.click()
    walk.see("courses.plan_workshop", "suggested")
    walk.go("/workshops/new", "courses.plan_workshop")
    walk.press("Continue")
    walk.see("courses.plan_workshop", "error")
    _fill_in(walk)
    walk.page.get_by_label("Find somebody by name or number").fill("vic")
    walk.press("Find people")
    walk.see("courses.plan_workshop", "somebody found")
    walk.page.get_by_label("Vic Tester").check()
    walk.page.get_by_label("Find somebody by name or number").fill("nobody has this name")
    walk.press("Find people")
    walk.see("courses.plan_workshop", "nobody found")
    walk.page.get_by_label("Find somebody by name or number").fill("")
    for choice in ("requirements", "roles", "organisations"):
        walk.page.get_by_text(f"Choose {choice}").click()
    walk.see("courses.plan_workshop", "choices open")
    walk.press("Continue")
    walk.see("courses.plan_workshop", "checked")
    walk.press("Plan the workshop")
    walk.see("courses.workshop", "planned")
    walk.go("/workshops", "courses.workshops")
    walk.go("/workshops?free=yes&place=Nowhere", "courses.workshops", "filtered")
    walk.page.get_by_role("link", name="Team briefing").click()
    walk.see("courses.workshop")
    walk.page.get_by_role("link", name="Change this workshop").click()
    walk.see("courses.change_workshop")
    walk.page.get_by_label("Number of places").fill("many")
    walk.press("Continue")
    walk.see("courses.change_workshop", "error")
    walk.page.get_by_label("Number of places").fill("8")
    walk.press("Continue")
    walk.see("courses.change_workshop", "checked")
    walk.press("Save the changes")
    walk.see("courses.workshop", "changed")
    walk.page.get_by_role("link", name="Call this workshop off").click()
    walk.see("courses.call_off_workshop")
    walk.press("Call this workshop off")
    walk.see("courses.call_off_workshop", "error")
    walk.page.get_by_label("Why is it called off?").fill("The trainer is away")
    walk.press("Call this workshop off")
    walk.see("courses.workshop", "called off")


def _fill_in(walk: Walk) -> None:
    day = clock.today() + timedelta(days=40)
    walk.page.get_by_label("Course").select_option("BRIEF")
    for part, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        walk.page.get_by_label(part, exact=True).fill(str(number))
    walk.page.get_by_label("Start time").fill("9:30am")
    walk.page.get_by_label("End time").fill("12:30pm")
    walk.page.get_by_label("Venue (optional)").fill("Room 4, Town Hall")
    walk.page.get_by_label("Number of places").fill("12")
