"""Directorate compliance: each requirement by organisation, directorate and service, with all who are not counted.

Services are small, so their figures are for those who read the report and not for the public.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from people.domain import UNIT_SEPARATOR
from reports.domain.asking import Ask, By, Definition, Line, Readers, Sources
from reports.domain.columns import FIGURE, IN_DATE_OF_COUNTED, figure_cells, kept_in
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table

_REQUIREMENT = (Column("requirement", "Requirement", width=12), Column("title", "Title", width=18))
_PLACE = (Column("organisation", "Organisation", width=14), Column("directorate", "Directorate", width=14))
_SERVICE = Column("service", "Service", width=14)
_FIGURE = (Column("in_post", "In post", Kind.NUMBER, 7, Says.DETAIL), *FIGURE)
_Place = Callable[[Line], tuple[str, ...]]
"""The cells of a row that say of which place it is."""
SERVICES = "services"
NOTE = "Whoever holds posts in several directorates is counted once in each, and once in the organisation."
NOTE_OF_UNIT = (
    "The unit itself, with all that is below it, and each unit next below it. Whoever holds posts in several is "
    "counted once in each."
)


def build(ask: Ask, sources: Sources) -> Report:
    """The whole, by organisation, directorate and service; of a unit, by the units below it."""
    whole = list(sources.figures(ask.as_at))
    is_unit = sources.part is not None and bool(sources.part.unit)
    tables = (
        Table(
            "whole",
            "Everybody",
            (*_REQUIREMENT, *_FIGURE),
            _rows(ask, sources, None, whole, lambda _line: ()),
            inside=IN_DATE_OF_COUNTED,
            empty="No requirement is in force on this day.",
        ),
        Table(
            "organisations",
            "By organisation",
            (*_REQUIREMENT, _PLACE[0], *_FIGURE),
            _rows(
                ask,
                sources,
                By.ORGANISATION,
                sources.figures(ask.as_at, By.ORGANISATION),
                lambda line: (line.organisation,),
            ),
            note="Whoever holds posts in several organisations is counted once in each, and once in the whole.",
            within=("requirement",),
            whole="whole",
            label="organisation",
            inside=IN_DATE_OF_COUNTED,
        ),
        Table(
            "directorates",
            "By unit" if is_unit else "By directorate",
            (*_REQUIREMENT, _PLACE[0], replace(_PLACE[1], title="Unit") if is_unit else _PLACE[1], *_FIGURE),
            _rows(
                ask,
                sources,
                By.DIRECTORATE,
                sources.figures(ask.as_at, By.DIRECTORATE),
                lambda line: (line.organisation, line.part),
            ),
            note=NOTE_OF_UNIT if is_unit else NOTE,
            within=("requirement", "organisation"),
            whole="organisations",
            label="directorate",
            inside=IN_DATE_OF_COUNTED,
        ),
        *(() if is_unit else (_services(ask, sources),)),
    )
    head = ask.head(DEFINITION.title, sources, whole)
    return Report(DEFINITION.key, head, tuple(Section(table.title, tables=(table,)) for table in tables))


def _services(ask: Ask, sources: Sources) -> Table:
    return Table(
        SERVICES,
        "By service",
        (*_REQUIREMENT, *_PLACE, _SERVICE, *kept_in(_FIGURE)),
        _rows(ask, sources, By.SERVICE, sources.figures(ask.as_at, By.SERVICE), _service),
        note="Whoever holds posts in several services is counted once in each, and once in the directorate.",
        empty="No directorate has services of its own.",
    )


def _rows(
    ask: Ask, sources: Sources, by: By | None, lines: Iterable[Line], place: _Place
) -> tuple[tuple[Cell, ...], ...]:
    in_post = sources.in_post(ask.as_at, by)
    return tuple(
        (
            line.requirement,
            line.title,
            *place(line),
            in_post.get((line.organisation, line.part), 0),
            *figure_cells(line),
        )
        for line in lines
    )


def _service(line: Line) -> tuple[str, ...]:
    """The organisation, the directorate and the service of a line whose part is the path of a service.

    >>> from datetime import date
    >>> from compliance.domain.figures import NOBODY
    >>> _service(Line(date(2026, 3, 31), "AWARE", "", NOBODY, None, "Homes > Repairs", "Council"))
    ('Council', 'Homes', 'Repairs')
    """
    directorate, _, service = line.part.rpartition(UNIT_SEPARATOR)
    return line.organisation, directorate, service


DEFINITION = Definition(
    "directorates",
    "Directorate compliance",
    "Each requirement by organisation, directorate and service: who is counted, who is not and why, and the target.",
    Readers.FIGURES,
    build,
    place=20,
    takes_part=True,
)
