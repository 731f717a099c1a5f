"""The pages of reports: the catalogue, a report of any day, and those that were kept."""

from reports.views import assurance, catalogue, commentary, comparing, frozen, own, plan, scheduled, schedules
from reports.views.blueprint import blueprint

__all__ = [
    "assurance",
    "blueprint",
    "catalogue",
    "commentary",
    "comparing",
    "frozen",
    "own",
    "plan",
    "scheduled",
    "schedules",
]
