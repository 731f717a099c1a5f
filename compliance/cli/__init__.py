"""`flask compliance …`: the questions, the rule book, exemptions, and the rebuild of timelines."""

from flask.cli import AppGroup

from compliance.cli.bridge import commands as bridge
from compliance.cli.exemptions import commands as exemptions
from compliance.cli.programme import commands as programme
from compliance.cli.questions import commands as questions

group = AppGroup("compliance", help="Requirements, targets, exemptions, figures and timelines.")
for command in (*questions, *bridge, *programme, *exemptions):
    group.add_command(command)
