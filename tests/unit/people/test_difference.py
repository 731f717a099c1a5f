"""What a row says about a post against what is recorded of it (interfaces, "People")."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.dates import FAR_DAY, day_before
from people.imports.difference import after_absence, after_rows
from people.imports.posts import Duties, Outcome, PostRow, PostSpell, RowRefused, overlap

AS_AT = date(2026, 4, 1)
LIBRARIES = Duties("Example Council", "Libraries", "Officer", "7", "frontline")
HOMES = Duties("Example Council", "Homes", "Officer", "7", "frontline")
PARKS = Duties("Example Council", "Parks", "Officer", "7", "frontline")


def spell(first: str, last: str = "", duties: Duties = LIBRARIES) -> PostSpell:
    return PostSpell(date.fromisoformat(first), date.fromisoformat(last) if last else FAR_DAY, duties)


def row(
    start: str = "", end: str = "", duties: Duties = LIBRARIES, changed_on: str = "", line: int = 2
) -> PostRow:
    """A row with every column; an empty end is a blank cell."""
    return PostRow(
        line,
        duties.organisation,
        duties.unit,
        duties.job_title,
        duties.manager_ref,
        duties.roles,
        date.fromisoformat(start) if start else None,
        date.fromisoformat(end) if end else FAR_DAY,
        date.fromisoformat(changed_on) if changed_on else None,
    )


def after(rows: PostRow | list[PostRow], *recorded: PostSpell, as_at: date = AS_AT) -> Outcome:
    return after_rows(rows if isinstance(rows, list) else [rows], recorded, as_at)


def test_a_new_post_gets_its_days_as_given() -> None:
    assert after(row("2020-01-01")).spells == (spell("2020-01-01"),)


def test_a_new_post_without_a_start_begins_on_the_as_at_date() -> None:
    assert after(row()).spells == (spell("2026-04-01"),)


def test_a_new_post_may_have_ended_already() -> None:
    assert after(row("2020-01-01", "2021-01-01")).spells == (spell("2020-01-01", "2021-01-01"),)


def test_several_rows_of_a_new_post_are_its_history_in_any_order() -> None:
    first, second = row("2020-01-01", "2021-12-31", HOMES), row("2022-01-01")
    wanted = (spell("2020-01-01", "2021-12-31", HOMES), spell("2022-01-01"))
    assert after([first, second]).spells == after([second, first]).spells == wanted


def test_rows_of_one_post_that_overlap_are_refused() -> None:
    with pytest.raises(RowRefused, match="overlap"):
        after([row("2020-01-01", "2022-01-01"), row("2022-01-01")])


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(RowRefused, match=r"post_end 1 January 2019 is before post_start 1 January 2020"):
        after(row("2020-01-01", "2019-01-01"))


def test_several_rows_of_a_known_post_replace_its_history() -> None:
    rows = [row("2020-01-01", "2021-12-31", HOMES), row("2022-01-01")]
    outcome = after(rows, spell("2020-01-01"))
    assert outcome.spells == (spell("2020-01-01", "2021-12-31", HOMES), spell("2022-01-01"))
    assert outcome.what == "corrected"


def test_a_row_of_a_history_without_a_start_keeps_the_recorded_one() -> None:
    recorded = (spell("2020-01-01", "2021-12-31", HOMES), spell("2022-01-01"))
    rows = [row("2020-01-01", "2021-12-31", HOMES), row()]
    assert after(rows, *recorded, as_at=date(2027, 1, 1)).what == "unchanged"


@pytest.mark.parametrize(
    "part", [{"unit": "Homes"}, {"job_title": "Manager"}, {"manager_ref": "8"}, {"roles": ""}]
)
def test_changed_details_end_the_running_spell_and_start_the_next(part: dict[str, str]) -> None:
    known = {name: getattr(LIBRARIES, name) for name in ("unit", "job_title", "manager_ref", "roles")}
    new = Duties("Example Council", **{**known, **part})
    outcome = after(row("2020-01-01", duties=new, changed_on="2026-03-01"), spell("2020-01-01"))
    assert outcome.spells == (spell("2020-01-01", "2026-02-28"), spell("2026-03-01", duties=new))
    assert outcome.what == "changed"


def test_without_changed_on_the_change_holds_from_the_as_at_date() -> None:
    outcome = after(row("2020-01-01", duties=HOMES), spell("2020-01-01"))
    assert outcome.spells == (spell("2020-01-01", "2026-03-31"), spell("2026-04-01", duties=HOMES))


def test_a_change_on_the_first_day_of_the_running_spell_replaces_it() -> None:
    outcome = after(row(duties=HOMES, changed_on="2026-03-01"), spell("2026-03-01"))
    assert outcome.spells == (spell("2026-03-01", duties=HOMES),)


def test_a_change_before_the_running_spell_is_refused_in_plain_words() -> None:
    with pytest.raises(RowRefused, match="before the running spell of this post began, on 1 March 2026"):
        after(
            row(duties=HOMES, changed_on="2026-02-01"), spell("2020-01-01", "2026-02-28"), spell("2026-03-01")
        )


def test_a_change_to_come_waits_for_its_day_and_comes_once() -> None:
    said = row("2020-01-01", duties=HOMES, changed_on="2026-06-01")
    outcome = after(said, spell("2020-01-01"))
    assert outcome.spells == (spell("2020-01-01", "2026-05-31"), spell("2026-06-01", duties=HOMES))
    assert after(said, *outcome.spells).what == "unchanged"


def test_a_change_that_was_to_come_and_comes_earlier_is_one_spell() -> None:
    recorded = (spell("2020-01-01", "2026-05-31"), spell("2026-06-01", duties=HOMES))
    outcome = after(row("2020-01-01", duties=HOMES), *recorded)
    assert outcome.spells == (spell("2020-01-01", "2026-03-31"), spell("2026-04-01", duties=HOMES))


def test_a_column_that_the_file_has_not_got_changes_nothing() -> None:
    assert after(PostRow(2, "Example Council"), spell("2020-01-01", "2026-12-31")).what == "unchanged"


def test_another_end_corrects_the_record() -> None:
    outcome = after(row("2020-01-01", "2026-06-30"), spell("2020-01-01"))
    assert (outcome.spells, outcome.what) == ((spell("2020-01-01", "2026-06-30"),), "planned_end")


def test_an_end_before_the_as_at_date_ends_the_post() -> None:
    outcome = after(row("2020-01-01", "2026-02-28"), spell("2020-01-01"))
    assert (outcome.spells, outcome.what) == ((spell("2020-01-01", "2026-02-28"),), "ended")


def test_an_empty_end_opens_a_planned_end_again() -> None:
    outcome = after(row("2020-01-01"), spell("2020-01-01", "2026-06-30"))
    assert (outcome.spells, outcome.what) == ((spell("2020-01-01"),), "reopened")


def test_a_row_like_a_spell_that_has_ended_changes_nothing() -> None:
    assert after(row("2020-01-01", "2021-12-31"), spell("2020-01-01", "2021-12-31")).what == "unchanged"


@pytest.mark.parametrize("start", ["2020-01-01", "2019-06-01"])
def test_an_ended_post_with_its_old_start_had_a_wrong_end(start: str) -> None:
    outcome = after(row(start), spell("2020-01-01", "2026-02-28"))
    assert (outcome.spells, outcome.what) == ((spell(start),), "reopened")


def test_an_ended_post_with_a_later_start_is_taken_up_again_and_the_gap_stays() -> None:
    outcome = after(row("2025-06-01"), spell("2020-01-01", "2021-12-31"))
    assert outcome.spells == (spell("2020-01-01", "2021-12-31"), spell("2025-06-01"))
    assert outcome.what == "returned"


def test_an_ended_post_without_a_start_is_taken_up_again_on_the_as_at_date() -> None:
    outcome = after(row(), spell("2020-01-01", "2021-12-31"))
    assert outcome.spells == (spell("2020-01-01", "2021-12-31"), spell("2026-04-01"))


def test_a_return_inside_the_recorded_spell_keeps_what_came_before() -> None:
    outcome = after(row("2026-03-01"), spell("2020-01-01", "2026-03-31"))
    assert outcome.spells == (spell("2020-01-01", "2026-02-28"), spell("2026-03-01"))


def test_an_earlier_start_extends_the_first_spell_back() -> None:
    recorded = (spell("2020-01-01", "2021-12-31", HOMES), spell("2022-01-01"))
    outcome = after(row("2019-01-01"), *recorded)
    assert outcome.spells == (spell("2019-01-01", "2021-12-31", HOMES), spell("2022-01-01"))


def test_a_later_start_corrects_the_only_spell() -> None:
    assert after(row("2021-01-01"), spell("2020-01-01")).spells == (spell("2021-01-01"),)


def test_a_later_start_that_comes_with_a_change_does_not_erase_history() -> None:
    outcome = after(row("2026-03-01", duties=HOMES, changed_on="2026-03-01"), spell("2020-01-01"))
    assert outcome.spells == (spell("2020-01-01", "2026-02-28"), spell("2026-03-01", duties=HOMES))


def test_a_start_that_matches_no_spell_is_told_and_the_record_kept() -> None:
    recorded = (spell("2020-01-01", "2021-12-31", HOMES), spell("2022-01-01"))
    outcome = after(row("2021-06-01"), *recorded)
    assert outcome.spells == recorded
    assert "start of none of the spells" in outcome.notice


def test_details_of_an_ended_post_that_differ_are_told_and_not_changed() -> None:
    recorded = spell("2020-01-01", "2021-12-31")
    outcome = after(row("2020-01-01", "2021-12-31", HOMES), recorded)
    assert outcome.spells == (recorded,)
    assert "they were not changed" in outcome.notice


def test_a_missing_post_ends_the_day_before_the_as_at_date() -> None:
    assert after_absence([spell("2020-01-01")], AS_AT).spells == (spell("2020-01-01", "2026-03-31"),)


def test_a_missing_post_that_began_on_the_as_at_date_never_was() -> None:
    assert after_absence([spell("2026-04-01")], AS_AT).spells == ()


def test_a_missing_post_loses_what_was_to_come() -> None:
    recorded = [spell("2020-01-01", "2026-05-31"), spell("2026-06-01", duties=HOMES)]
    assert after_absence(recorded, AS_AT).spells == (spell("2020-01-01", "2026-03-31"),)


_days = st.integers(-600, 400).map(lambda days: AS_AT + timedelta(days))
_duties = st.sampled_from([LIBRARIES, HOMES, PARKS])


@st.composite
def histories(draw: st.DrawFn) -> tuple[PostSpell, ...]:
    """Spells of a post that do not overlap, the last one perhaps open."""
    ends = sorted(draw(st.sets(_days, min_size=2, max_size=8)))
    ends = ends[: len(ends) // 2 * 2]
    found = [
        PostSpell(first, day_before(last), draw(_duties))
        for first, last in zip(ends[::2], ends[1::2], strict=True)
    ]
    if draw(st.booleans()):
        found[-1] = PostSpell(found[-1].first_day, FAR_DAY, found[-1].duties)
    return tuple(found)


@st.composite
def rows(draw: st.DrawFn) -> PostRow:
    duties = draw(_duties)
    return PostRow(
        2,
        duties.organisation,
        draw(st.sampled_from([duties.unit, None])),
        duties.job_title,
        duties.manager_ref,
        draw(st.sampled_from([duties.roles, "", None])),
        draw(st.none() | _days),
        draw(st.sampled_from([FAR_DAY, FAR_DAY, None]) | _days),
        draw(st.none() | _days),
    )


@pytest.mark.parametrize("changed_on", ["", "2026-03-01"])
@pytest.mark.parametrize("start", ["", "2020-01-01", "2019-01-01", "2021-01-01"])
@pytest.mark.parametrize("duties", [LIBRARIES, HOMES])
def test_a_file_loaded_again_on_a_later_day_changes_nothing(
    start: str, duties: Duties, changed_on: str
) -> None:
    said = row(start, duties=duties, changed_on=changed_on)
    outcome = after(said, spell("2020-01-01"))
    assert after(said, *outcome.spells, as_at=AS_AT + timedelta(30)).what == "unchanged"


@given(rows(), histories())
def test_the_same_row_again_changes_nothing(said: PostRow, recorded: tuple[PostSpell, ...]) -> None:
    try:
        outcome = after_rows([said], recorded, AS_AT)
    except RowRefused:
        return
    assert after_rows([said], outcome.spells, AS_AT).spells == outcome.spells


@given(rows(), histories())
def test_the_history_of_a_post_never_overlaps_and_stays_in_order(
    said: PostRow, recorded: tuple[PostSpell, ...]
) -> None:
    try:
        outcome = after_rows([said], recorded, AS_AT)
    except RowRefused:
        return
    assert not overlap(outcome.spells)
    assert list(outcome.spells) == sorted(outcome.spells, key=lambda one: one.first_day)
    assert all(one.first_day <= one.last_day for one in outcome.spells)
    assert (outcome.what == "unchanged") == (outcome.spells == recorded)


@given(st.lists(histories(), min_size=1, max_size=1), histories())
def test_a_history_loaded_again_changes_nothing(
    given_rows: list[tuple[PostSpell, ...]], recorded: tuple[PostSpell, ...]
) -> None:
    said = [
        PostRow(
            line,
            one.duties.organisation,
            one.duties.unit,
            one.duties.job_title,
            one.duties.manager_ref,
            one.duties.roles,
            one.first_day,
            one.last_day,
        )
        for line, one in enumerate(given_rows[0])
    ]
    if len(said) > 1:
        outcome = after_rows(said, recorded, AS_AT)
        assert outcome.spells == given_rows[0]
        assert after_rows(said[::-1], outcome.spells, AS_AT).what == "unchanged"
