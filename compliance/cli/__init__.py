"""`flask compliance …`: the questions, the rule book, exemptions, and the rebuild of timelines."""

from flask.cli import AppGroup

from compliance.cli.bridge import commands as bridge
from compliance.cli.coverage import commands as coverage
from compliance.cli.exemptions import commands as exemptions
from compliance.cli.import_runs import commands as import_runs
from compliance.cli.programme import commands as programme
from compliance.cli.questions import commands as questions
from compliance.cli.rule_drafts import commands as rule_drafts

group = AppGroup("compliance", help="Requirements, targets, exemptions, figures and timelines.")
for command in (*questions, *bridge, *coverage, *programme, *exemptions, *import_runs, *rule_drafts):
    group.add_command(command)
