"""Directorate compliance: each requirement by organisation and directorate, with all who are not counted and why."""

from reports.domain.asking import Ask, By, Definition, Line, Readers, Sources
from reports.domain.columns import FIGURE, IN_DATE_OF_COUNTED, figure_cells
from reports.domain.description import Cell, Column, Report, Section, Table

_REQUIREMENT = (Column("requirement", "Requirement", width=12), Column("title", "Title", width=18))
_PLACE = (Column("organisation", "Organisation", width=14), Column("directorate", "Directorate", width=14))


def build(ask: Ask, sources: Sources) -> Report:
    """The whole, by organisation, and by directorate within each."""
    whole = list(sources.figures(ask.as_at))
    tables = (
        Table(
            "whole",
            "Everybody",
            (*_REQUIREMENT, *FIGURE),
            tuple(_row(line) for line in whole),
            inside=IN_DATE_OF_COUNTED,
            empty="No requirement is in force on this day.",
        ),
        Table(
            "organisations",
            "By organisation",
            (*_REQUIREMENT, _PLACE[0], *FIGURE),
            tuple(_row(line, line.organisation) for line in sources.figures(ask.as_at, By.ORGANISATION)),
            note="Whoever holds posts in several organisations is counted once in each, and once in the whole.",
            within=("requirement",),
            whole="whole",
            label="organisation",
            inside=IN_DATE_OF_COUNTED,
        ),
        Table(
            "directorates",
            "By directorate",
            (*_REQUIREMENT, *_PLACE, *FIGURE),
            tuple(
                _row(line, line.organisation, line.part)
                for line in sources.figures(ask.as_at, By.DIRECTORATE)
            ),
            note="Whoever holds posts in several directorates is counted once in each, and once in the organisation.",
            within=("requirement", "organisation"),
            whole="organisations",
            label="directorate",
            inside=IN_DATE_OF_COUNTED,
        ),
    )
    head = ask.head(DEFINITION.title, sources, whole)
    return Report(DEFINITION.key, head, tuple(Section(table.title, tables=(table,)) for table in tables))


def _row(line: Line, *place: str) -> tuple[Cell, ...]:
    return (line.requirement, line.title, *place, *figure_cells(line))


DEFINITION = Definition(
    "directorates",
    "Directorate compliance",
    "Each requirement by organisation and directorate: who is counted, who is not and why, against the target.",
    Readers.FIGURES,
    build,
    place=20,
)
