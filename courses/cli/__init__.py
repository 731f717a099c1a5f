"""`flask courses …`: loading completions and taking them back; checking evidence."""

from flask.cli import AppGroup

from courses.cli import evidence, files

group = AppGroup("courses", help="Completions: loading files and taking them back, checking evidence.")
for command in (*files.commands, *evidence.commands):
    group.add_command(command)
