"""`flask compliance …`: the questions, the rule book, exemptions, and the rebuild of timelines."""

from flask.cli import AppGroup

from compliance.cli import exemptions, programme, questions

group = AppGroup("compliance", help="Requirements, targets, exemptions, figures and timelines.")
for command in (*questions.commands, *programme.commands, *exemptions.commands):
    group.add_command(command)
