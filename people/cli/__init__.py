"""`flask people …`: loading files about people, and taking them back."""

from flask.cli import AppGroup

from people.cli import accounts, delegations, details, files, inviting, second_step

group = AppGroup(
    "people", help="People, posts, absences and accounts: files loaded and taken back, accounts made."
)
for command in (
    *files.commands,
    *accounts.commands,
    *second_step.commands,
    *inviting.commands,
    *details.commands,
    *delegations.commands,
):
    group.add_command(command)
