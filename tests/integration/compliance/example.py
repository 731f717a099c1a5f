"""The rule book of interfaces.md completed, and a council with somebody in every status."""

HOMES, REPAIRS = "Community Solutions > Homes", "Community Solutions > Repairs"
PROGRAMME = """
[programme]
name = "Prevent Strategy and Delivery Plan"

[[roles]]
code = "frontline"
title = "Front-line staff"
approved_by = "Head of Community Safety"

[[roles]]
code = "safeguarding"
title = "Safeguarding leads"

[[role_rules]]                     # who holds a role without being named one by one
role = "frontline"
job_title = "*housing officer*"    # shell-style pattern, case ignored; and/or
unit = "Community Solutions"       # the unit or anything below it; and/or organisation, sector, category
first_day = 2024-04-01

[[courses]]
code = "PREV-AW"
title = "Prevent awareness course"
provider = "Home Office (GOV.UK)"
mode = "e_learning"                # e_learning, workshop, webinar, briefing, external
duration_minutes = 40
validity_months = 24               # left out: does not expire
prerequisites = []                 # any one of these is enough

[[courses]]
code = "PREV-RF"
title = "Prevent refresher"

[[courses]]
code = "WRAP"
title = "Workshop to raise awareness of Prevent"

[[requirements]]
code = "AWARE"
title = "Prevent awareness for front-line staff"
kind = "duty"                      # duty: people are asked to do it; measure: only counted and reported
first_day = 2024-04-01
sectors = ["council"]              # optional; likewise units = ["..."]
roles = [{ role = "frontline", days = 90 }, { role = "safeguarding", days = 30 }]
accepts = [
  { course = "PREV-AW" },
  { course = "PREV-RF", use = "renewal" },
  { course = "WRAP", taken_to = 2023-12-31, honoured_to = 2026-03-31 },
]
renewal = { basis = "completion" }
expiring_days = 60
return_due_days = 30
rejoin_gap_days = 30
shortest_absence_days = 28
targets = [{ percent = 70, plan_ref = "5", owner = "Prevent Coordinator", first_day = 2024-04-01 }]
"""
FILES = {
    "people": """person_ref,first_name,last_name,organisation,sector,unit,post_ref,job_title,post_start
1,Asha,Example,Council,council,Community Solutions > Homes,1,Housing Officer,2020-01-01
2,Ben,Example,Council,council,Community Solutions > Homes,2,Senior housing officer (North),2020-01-01
3,Cai,Example,Council,council,Community Solutions > Homes,3,Housing Officer,2020-01-01
4,Dot,Example,Council,council,Community Solutions > Homes,4,Housing Officer,2020-01-01
5,Eve,Example,Council,council,Community Solutions > Homes,5,Housing Officer,2020-01-01
6,Flo,Example,Council,council,Community Solutions > Repairs,6,Housing Officer,2026-03-01
7,Gus,Example,Council,council,Community Solutions > Homes,7,Housing Officer,2020-01-01
8,Hal,Example,Council,council,Community Solutions > Homes,8,Housing Officer,2020-01-01
9,Ida,Example,Council,council,Resources,9,Clerk,2020-01-01
""",
    "completions": """person_ref,course_code,completed_on,evidence
1,PREV-AW,2025-06-01,
2,PREV-AW,2024-05-01,verified
3,PREV-AW,2023-01-01,
5,PREV-AW,2025-06-01,awaiting
""",
    "absences": "person_ref,kind,first_day,last_day\n8,parental,2026-01-01,\n",
    "exemptions": "person_ref,requirement,reason,approved_by,first_day,last_day\n"
    "7,AWARE,Trained elsewhere,Head of Service,2026-01-01,2026-12-31\n",
}
