"""The pages: my training, my team, figures and the people behind them, a person, the work of the training
team, and the need for workshops."""

from compliance.views import behind, figures, find, history, mine, person, team, workshop_need
from compliance.views.blueprint import blueprint
from compliance.views.exceptions import exemptions, listed, roles
from compliance.views.figures_pages import bridge, coverage, trend
from compliance.views.headcount import declared, sectors
from compliance.views.importing import batches, rows, run, start
from compliance.views.record import history as record
from compliance.views.rule_book import draft, draft_people, edit, pages
from compliance.views.schools import school
from compliance.views.work import people_to_mend, worklist

__all__ = [
    "batches",
    "behind",
    "blueprint",
    "bridge",
    "coverage",
    "declared",
    "draft",
    "draft_people",
    "edit",
    "exemptions",
    "figures",
    "find",
    "history",
    "listed",
    "mine",
    "pages",
    "people_to_mend",
    "person",
    "record",
    "roles",
    "rows",
    "run",
    "school",
    "sectors",
    "start",
    "team",
    "trend",
    "worklist",
    "workshop_need",
]
