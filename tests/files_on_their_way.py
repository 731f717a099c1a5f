"""A file on its way through the pages, as if a process had looked it over: with a new person, and a row to mend."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from compliance.models import ImportRunRow
from compliance.services.importing import runs
from compliance.services.importing.findings import changes_of
from compliance.services.importing.folder import PROBLEMS, ImportFolder
from compliance.services.importing.kinds import Said
from foundation.errors import Problem
from foundation.stamp import Stamp

SEEN = "what the preview showed"
"""What a form has to say to confirm it."""
ASIDE = "person_ref,post_ref,line,column,reason\r\nX-1,,2,post_ref,The value is missing.\r\n"


def file_on_its_way(
    instance_path: str,
    session: Session,
    stamp: Stamp,
    account_id: int,
    kind: str = "people",
    organisation_id: int | None = None,
) -> str:
    """Give an account a file that waits to be confirmed; gives its run. `organisation_id`: of the partner it leads."""
    folder = ImportFolder.in_instance(instance_path)
    stored_as = folder.keep(b"person_ref,post_ref")
    said = Said(f"{kind}.csv", stamp.at.date())
    file = {"size": 19, "sha256": "0" * 64, "stored_as": stored_as}
    run = runs.begin(session, stamp, account_id, kind, said, **file)  # type: ignore[arg-type]  # by their names
    own = folder.of(stored_as)
    added = "person_added" if kind == "people" else "completion_added"
    own.write_lines(changes_of(added), [["X-1", "", "Asha Example"]])
    own.write_problems(PROBLEMS, [Problem("The value is missing.", "", 2, "post_ref")])
    own.write_aside(lambda stream: stream.write(ASIDE))
    found: dict[str, object] = {
        "rows": 2,
        "counts": {added: 1},
        "set_aside_rows": 1,
        "notices": 0,
        "leavers": 0,
    }
    if organisation_id is not None:
        found["organisations"] = [organisation_id]
    session.execute(
        update(ImportRunRow)
        .where(ImportRunRow.public_id == run)
        .values(state="previewed", found={**found, "digest": SEEN})
    )
    return run
