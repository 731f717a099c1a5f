"""`flask courses …`: loading completions, and taking them back."""

from flask.cli import AppGroup

from courses.cli import files

group = AppGroup("courses", help="Courses and completions: loading files and taking them back.")
for command in files.commands:
    group.add_command(command)
