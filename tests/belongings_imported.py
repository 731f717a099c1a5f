"""Files that are loaded: on their way, as batches that may be taken back, and their kinds."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance.models import ImportRunRow
from foundation.stamp import Stamp
from people.imports.batches import open_batch
from people.models import AccountRow
from tests.belongings import ANY_LEAD, NOBODY, Thing, World, account_id
from tests.borough import PARTNER
from tests.files_on_their_way import SEEN, file_on_its_way


def imported(world: World, session: Session, stamp: Stamp) -> dict[str, list[Thing]]:
    """Files on their way of some accounts, batches, and kinds of file; each with one that is not there."""
    fields = {"seen": SEEN, "go": "save"}
    lead = account_id(session, "partner")
    leads = world.borough.organisations[PARTNER]
    of_lead = file_on_its_way(world.app.instance_path, session, stamp, lead, "completions", leads)
    files = [
        Thing(None, {"run": NOBODY, "what": "person_added"}, fields=fields),
        Thing("account of partner", {"run": of_lead, "what": "completion_added"}, fields=fields),
    ]
    for name in ("learning", "coordinator"):
        run = file_on_its_way(world.app.instance_path, session, stamp, account_id(session, name))
        files.append(Thing(f"account of {name}", {"run": run, "what": "person_added"}, fields=fields))
    number = open_batch(
        session, stamp, kind="people", file_name="people.csv", sha256="0" * 64, counts={}
    ).batch_id
    actor = f"account:{session.scalars(select(AccountRow.public_id).where(AccountRow.id == lead)).one()}"
    own = Stamp(actor, stamp.at)
    own_number = open_batch(
        session, own, kind="completions", file_name="completions.csv", sha256="0" * 64, counts={}
    ).batch_id
    loaded = file_on_its_way(world.app.instance_path, session, stamp, lead, "completions", leads)
    session.execute(
        update(ImportRunRow)
        .where(ImportRunRow.public_id == loaded)
        .values(state="applied", batch_id=own_number)
    )
    return {
        "batch": [
            Thing("whoever loaded it", {"number": str(number)}),
            Thing("account of partner", {"number": str(own_number)}),
            Thing(None, {"number": "999999"}),
        ],
        "kind of file": [
            Thing("whoever loads", {"kind": "people"}),
            Thing(ANY_LEAD, {"kind": "completions"}),
            Thing(None, {"kind": "nothing"}),
        ],
        "import": files,
    }
