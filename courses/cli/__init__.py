"""`flask courses …`: loading completions and taking them back; checking evidence; certificates."""

from flask.cli import AppGroup

from courses.cli import certificates, evidence, files, passports, registers

group = AppGroup("courses", help="Completions: loading files and taking them back, evidence, certificates.")
for command in (
    *files.commands,
    *evidence.commands,
    *registers.commands,
    *certificates.commands,
    *passports.commands,
):
    group.add_command(command)
