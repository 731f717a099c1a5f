"""`flask reminders …`: the plan of a day, and sending what waits to leave by e-mail."""

from flask.cli import AppGroup

from reminders.cli.plan import commands as plan
from reminders.cli.run import commands as run
from reminders.cli.scheduler import commands as scheduler
from reminders.cli.send import commands as send

group = AppGroup("reminders", help="Who is written to and why, and messages that leave by email.")
for command in (*plan, *run, *send, *scheduler):
    group.add_command(command)
