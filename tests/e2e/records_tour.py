"""The tour of the pages on which learning and development finds somebody and puts the record right."""

from foundation import clock
from tests.e2e.walking import Walk


def records(walk: Walk) -> None:
    """Learning and development: finding somebody, and everything about them put right."""
    walk.go("/people/find", "compliance.find_people")
    walk.go("/people/find?q=tester+homes", "compliance.find_people", "found")
    walk.go("/people/find?q=nobody-at-all&working=left", "compliance.find_people", "nobody found")
    walk.go("/people/new", "people.add_person")
    walk.press("Continue")
    walk.see("people.add_person", "error")
    ash = f"/people/{walk.borough.people['Ash']}"
    walk.go(f"{ash}/record", "compliance.person_record")
    walk.go(f"{ash}/details", "people.correct_details")
    walk.press("Continue")
    walk.see("people.correct_details", "error")
    walk.page.get_by_label("Why is it corrected?").fill("New name")
    walk.page.get_by_label("First name").fill("Ashley")
    walk.press("Continue")
    walk.see("people.correct_details", "check")
    walk.press("Save")
    walk.see("compliance.person", "corrected")
    walk.go(f"{ash}/posts/new", "people.add_post")
    walk.page.get_by_label("Unit").first.fill("homes")
    walk.page.get_by_label("Manager").first.fill("tester")
    walk.page.locator("#organisation").select_option(index=1)
    walk.press("Continue")
    walk.see("people.add_post", "error: which is meant")
    follow(walk, ash, "posts", "change")
    walk.see("people.change_post")
    follow(walk, ash, "posts", "correct")
    walk.see("people.correct_post")
    follow(walk, ash, "posts", "mistake")
    walk.see("people.remove_post")
    follow(walk, ash, "posts", "end")
    walk.see("people.end_post")
    walk.press("Continue")
    walk.see("people.end_post", "error")
    walk.go(f"{ash}/absences/new", "people.add_absence")
    walk.page.get_by_label("Parental leave").check()
    for part in ("day", "month", "year"):
        walk.page.locator(f"#first_day-{part}").fill(str(getattr(clock.today(), part)))
    walk.press("Continue")
    walk.see("people.add_absence", "what it changes")
    walk.press("Save")
    follow(walk, ash, "absences", "correct")
    walk.see("people.correct_absence")
    follow(walk, ash, "absences", "mistake")
    walk.see("people.remove_absence")
    completions(walk, ash)
    walk.go(f"/people/{walk.borough.people['Uma']}/details", "people.correct_details", "one's own")


def completions(walk: Walk, person: str) -> None:
    """Adding a course that somebody completed, correcting it and taking it back."""
    walk.go(f"{person}/completions/new", "courses.add_completion")
    walk.press("Continue")
    walk.see("courses.add_completion", "error")
    for _ in range(2):
        walk.page.goto(f"{person}/completions/new")
        walk.page.get_by_label("Course").select_option("BRIEF")
        for part in ("day", "month", "year"):
            walk.page.locator(f"#completed_on-{part}").fill(str(getattr(clock.today(), part)))
        walk.page.get_by_label("I have seen a certificate").check()
        walk.press("Continue")
        if walk.page.locator(".govuk-error-summary").count() == 0:
            walk.see("courses.add_completion", "what it changes")
            walk.press("Save")
    walk.see("courses.add_completion", "error: recorded already")
    follow(walk, person, "completions", "correct")
    walk.see("courses.correct_completion")
    walk.press("Continue")
    walk.see("courses.correct_completion", "error")
    follow(walk, person, "completions", "take-back")
    walk.see("courses.void_completion")
    walk.press("Continue")
    walk.see("courses.void_completion", "error")


def follow(walk: Walk, person: str, of: str, what: str) -> None:
    """The link on somebody's page that changes the first of their posts, absences or completions."""
    walk.page.goto(person)
    walk.page.locator(f'a[href*="/{of}/"][href$="/{what}"]').first.click()
