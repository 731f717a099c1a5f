"""Starting the process that works on a run.

Reading a stranger's file, comparing it and saving it take minutes for a whole council. A request starts that and ends.
"""

from flask import current_app

from compliance.services.importing.folder import ImportFolder
from compliance.views import own_process


def import_folder() -> ImportFolder:
    """Where this service keeps the files of runs."""
    return ImportFolder.in_instance(current_app.instance_path)


def launch(run: str) -> None:
    """Start the process for a run, whose row has been committed.

    Where it cannot be started, the run gives no sign of life, and its page offers to start it again.
    """
    start_process(run, current_app.config[own_process.DATABASE], current_app.instance_path)


def start_process(run: str, database: str, instance_path: str) -> None:
    """Start `flask compliance work-on-import` with the settings of this process."""
    own_process.start(database, instance_path, "work-on-import", run)
