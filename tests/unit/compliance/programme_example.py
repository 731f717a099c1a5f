"""The example of the interfaces as a programme file, and variants of it."""

EXAMPLE = """
[programme]
name = "Prevent Strategy and Delivery Plan"

[[roles]]
code = "frontline"
title = "Front-line staff"
approved_by = "Head of Community Safety"

[[roles]]
code = "safeguarding"
title = "Safeguarding practitioners"

[[role_rules]]                     # who holds a role without being named one by one
role = "frontline"
job_title = "*housing officer*"    # shell-style pattern
unit = "Community Solutions>Homes"
first_day = 2024-04-01

[[courses]]
code = "PREV-AW"
title = "Prevent awareness course"
provider = "Home Office (GOV.UK)"
mode = "e_learning"
duration_minutes = 40
validity_months = 24
prerequisites = []

[[courses]]
code = "PREV-RF"
title = "Refresher"
prerequisites = ["PREV-AW"]

[[courses]]
code = "WRAP"
title = "Workshop"
mode = "workshop"

[[requirements]]
code = "AWARE"
title = "Prevent awareness for front-line staff"
kind = "duty"
first_day = 2024-04-01
sectors = ["council"]
roles = [{ role = "frontline", days = 90 }, { role = "safeguarding", days = 30 }]
accepts = [
  { course = "PREV-AW" },
  { course = "PREV-RF", use = "renewal" },
  { course = "WRAP", taken_to = 2023-12-31, honoured_to = 2026-03-31 },
]
renewal = { basis = "anniversary", window_days = 60 }
expiring_days = 45
return_due_days = 30
rejoin_gap_days = 30
shortest_absence_days = 28
targets = [{ percent = 72.5, plan_ref = "5", owner = "Prevent Coordinator", first_day = 2024-04-01 }]

[[requirements]]
code = "LEAD"
title = "Leaders"
kind = "measure"
roles = [{ role = "*", days = 0 }]
accepts = [{ course = "WRAP", validity_months = 12 }]
renewal = { basis = "calendar", month_day = "03-31", minimum_months = 6 }
"""

NEW = '[[requirements]]\ncode = "NEW"\ntitle = "New"\n'
"""A further requirement; more keys may follow."""


def changed(old: str, new: str) -> str:
    """The example with one thing changed."""
    assert EXAMPLE.count(old) == 1, "the example must hold this once"
    return EXAMPLE.replace(old, new)
