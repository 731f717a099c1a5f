"""The tour of the pages of reports: the catalogue, each report, one that is kept, and two that are compared."""

from datetime import timedelta

from foundation import clock
from tests.e2e.walking import Walk


def reports(walk: Walk) -> None:
    """The coordinator: looks at reports of days, keeps two, and asks why they differ."""
    walk.go("/reports", "reports.catalogue", "none kept")
    walk.go("/reports/kept", "reports.kept_reports", "none")
    judging(walk)
    on_schedule(walk)
    for key in ("targets", "schools", "expiring"):
        walk.go(f"/reports/{key}", "reports.report", key)
    walk.go("/reports/targets?as_at-day=31&as_at-month=6&as_at-year=2026", "reports.report", "error")
    walk.go("/reports/directorates?public=1", "reports.report", "that may be published")
    walk.go(
        f"/reports/targets?as_at={clock.today() + timedelta(days=60)}", "reports.report", "of a day to come"
    )
    walk.press("Keep this report")
    walk.see("reports.report", "error")
    for key in ("targets", "directorates"):
        walk.go(f"/reports/{key}", "reports.report", "to keep")
        walk.press("Keep this report")
        walk.see("reports.frozen", key)
    walk.press("Compare")
    walk.see("reports.compare")
    walk.go("/reports", "reports.catalogue")
    walk.go("/reports/kept", "reports.kept_reports")
    commenting(walk)


def commenting(walk: Walk) -> None:
    """Says something about a figure, and takes it back."""
    main = walk.page.locator("main")
    walk.go("/reports/targets", "reports.report", "with commentary to write")
    main.get_by_role("link", name="Commentary on this report").click()
    walk.see("reports.commentary", "none")
    main.get_by_role("link", name="Add commentary").first.click()
    walk.see("reports.comment", "none")
    main.get_by_label("Commentary").fill("Fifty more places in May.")
    main.get_by_label("Who answers for it").fill("")
    walk.press("Save")
    walk.see("reports.comment", "error")
    main.get_by_label("Who answers for it").fill("Prevent Coordinator")
    main.get_by_label("Amber").check()
    walk.press("Save")
    walk.see("reports.commentary", "with words")
    main.get_by_role("link", name="Change").first.click()
    main.get_by_label("Commentary").fill("")
    main.get_by_label("No colour").check()
    walk.press("Save")
    walk.see("reports.commentary", "with words taken out")
    main.get_by_role("link", name="Add commentary").first.click()
    walk.see("reports.comment", "with a history")
    walk.go("/reports/annual/commentary", "reports.commentary", "of the annual report")


def judging(walk: Walk) -> None:
    """The coordinator: looks at the plan, and judges the training programme."""
    walk.go("/reports/plan", "reports.plan", "nothing judged")
    walk.go("/reports/assurance-lines", "reports.assurance_lines", "none judged")
    walk.go("/reports/assurance-lines/plan", "reports.assurance_line", "to judge")
    walk.press("Save")
    walk.see("reports.assurance_line", "error")
    main = walk.page.locator("main")
    main.get_by_label("Partly met").check()
    main.get_by_label("Amber").check()
    main.get_by_label("Action (optional)").fill("Ask every service")
    for part, value in (("day", "1"), ("month", "5"), ("year", "2020")):
        main.locator(f"#due_on-{part}").fill(value)
    walk.press("Save")
    walk.see("reports.assurance_lines", "with an action that is overdue")
    walk.go("/reports/assurance-lines/plan", "reports.assurance_line", "with a history")
    walk.go("/reports/assurance", "reports.report", "assurance")
    walk.go("/reports/plan", "reports.plan", "with an action that is overdue")


def on_schedule(walk: Walk) -> None:
    """Has a report sent, changes that, and ends it."""
    main = walk.page.locator("main")
    walk.go("/reports/schedules", "reports.schedules", "none")
    walk.go("/reports/schedules/new", "reports.new_schedule")
    walk.press("Continue")
    walk.see("reports.new_schedule", "error")
    main.get_by_label("Report", exact=True).select_option("targets")
    main.get_by_label("A PDF file of the version that may be published").check()
    main.get_by_label("Email addresses").fill("committee@elsewhere.example")
    walk.press("Continue")
    walk.see("reports.new_schedule", "to check")
    walk.press("Save")
    walk.see("reports.schedules", "one")
    main.get_by_role("link", name="Change").first.click()
    walk.see("reports.change_schedule")
    walk.go("/reports/schedules", "reports.schedules", "one")
    main.get_by_role("link", name="End").first.click()
    walk.see("reports.end_schedule")
