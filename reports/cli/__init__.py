"""`flask reports …`: the catalogue, and reports as files (interfaces, "Questions out")."""

from flask.cli import AppGroup

from reports.cli.building import commands as building
from reports.cli.commentary import commands as commentary
from reports.cli.freezing import commands as freezing
from reports.cli.schedules import commands as schedules

group = AppGroup("reports", help="Reports: listed, built, frozen, compared and sent on schedule.")
for command in (*building, *commentary, *freezing, *schedules):
    group.add_command(command)
