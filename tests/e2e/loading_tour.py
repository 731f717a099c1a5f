"""The tour of the pages that load files: from the choice of a file to its being taken back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from compliance.services.importing import runs
from compliance.views.importing import launching
from tests.e2e.walking import Walk
from tests.integration.imports.desk import as_csv
from tests.integration.web.importing.page_desk import newcomers, worker


def loading(walk: Walk) -> None:
    """Learning and development: a file from its choice to its being taken back."""
    walk.go("/imports", "compliance.imports", "nothing yet")
    walk.go("/imports/new/completions", "compliance.imports_new", "completions")
    walk.go("/imports/new/people", "compliance.imports_new")
    walk.press("Check the file")
    walk.see("compliance.imports_new", "error")
    with held_up() as give_up:
        choose(walk, as_csv([*newcomers(60), worker("Late", post_start="31/06/2024")]), part=True)
        walk.see("compliance.import_run", "being checked")
        give_up()
        walk.page.reload()
        walk.see("compliance.import_run", "stopped")
        walk.press("Start it again")
    walk.page.reload()
    arrive(walk, "Check what this file would change")
    walk.see("compliance.import_run", "what it would change")
    walk.page.get_by_role("link", name="Show new people").click()
    walk.see("compliance.import_changes")
    walk.page.go_back()
    walk.page.get_by_role("link", name="Mend them here").click()
    walk.see("compliance.import_mend")
    walk.page.go_back()
    walk.press("Load this file")
    arrive(walk, "The file has been loaded")
    walk.see("compliance.import_run", "loaded, with rows to mend")
    walk.go("/imports/new/people", "compliance.imports_new", "again")
    choose(walk, as_csv([worker("Sam"), worker("Ola")]), part=False)
    arrive(walk, "Check what this file would change")
    walk.see("compliance.import_run", "held back by the brake")
    walk.press("Load this file and end these posts")
    walk.see("compliance.import_run", "error")
    walk.press("Do not load it")
    walk.see("compliance.imports", "one loaded, one given up")
    walk.page.get_by_role("link", name="Batch 1").click()
    walk.see("compliance.import_batch")
    walk.press("See what taking it back would do")
    arrive(walk, "Check what taking batch 1 back would do")
    walk.see("compliance.import_run", "what taking back would do")
    walk.press("Take batch 1 back")
    walk.see("compliance.import_run", "taking back, error")
    box = walk.page.locator("#leavers")
    box.fill(walk.page.locator("#leavers-hint").inner_text().partition("that ")[2].partition(" post")[0])
    walk.press("Take batch 1 back")
    arrive(walk, "Batch 1 was taken back")
    walk.see("compliance.import_run", "taken back")
    walk.go("/imports/batches/1", "compliance.import_batch", "taken back")
    walk.go("/imports/new/people", "compliance.imports_new", "no table")
    choose(walk, b"%PDF-1.7", part=False)
    arrive(walk, "This file cannot be loaded")
    walk.see("compliance.import_run", "refused")


def of_partner(walk: Walk) -> None:
    """The lead of a partner organisation: a file of the own people, with a row about somebody else."""
    walk.go("/imports", "compliance.imports", "of a partner lead")
    walk.go("/imports/new/completions", "compliance.imports_new", "of a partner lead")
    path = Path(walk.app.instance_path) / "completions.csv"
    path.write_bytes(
        b"person_ref,course_code,completed_on\r\nN-Pip,PREV,2026-03-02\r\nN-Sam,PREV,2026-03-02\r\n"
    )
    walk.page.locator("main input[type=file]").set_input_files(path)
    walk.press("Check the file")
    arrive(walk, "Check what this file would change")
    walk.see("compliance.import_run", "of a partner lead")
    walk.press("Load this file")
    arrive(walk, "The file has been loaded")
    walk.see("compliance.import_run", "of a partner lead, loaded")


@contextmanager
def held_up() -> Iterator[Callable[[], None]]:
    """No process is started, and none is thought dead before the tour says so."""
    start, patience = launching.start_process, runs.PATIENCE
    launching.start_process, runs.PATIENCE = lambda *_: None, timedelta(hours=1)

    def give_up() -> None:
        launching.start_process, runs.PATIENCE = start, timedelta(0)

    try:
        yield give_up
    finally:
        launching.start_process, runs.PATIENCE = start, patience


def choose(walk: Walk, content: bytes, *, part: bool) -> None:
    """Choose a people file, and have it checked."""
    path = Path(walk.app.instance_path) / "people.csv"
    path.write_bytes(content)
    walk.page.locator("main input[type=file]").set_input_files(path)
    walk.page.locator("#is_part").set_checked(part)
    walk.press("Check the file")


def arrive(walk: Walk, heading: str) -> None:
    """Wait until the work on a file is done."""
    walk.page.get_by_role("heading", level=1, name=heading).wait_for(timeout=90_000)
