"""The part of the council that a report is narrowed to, and how it is kept beside the key of the report. Pure."""

from dataclasses import dataclass

_MARK = "@"
NOT_PUBLISHED = (
    "A report of one part of the council is not published. Beside the report of the whole, what either holds back "
    "could be worked out by subtraction."
)


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation, or a unit with everything below it; without its organisation, that path in any of them.

    >>> Part("Example Council", "Homes > Repairs").words, Part(unit="Homes").words, Part("Trust").words
    ('Example Council: Homes > Repairs', 'Homes', 'Trust')
    """

    organisation: str = ""
    unit: str = ""

    @property
    def words(self) -> str:
        """What it is called, as in the choices of pages."""
        return ": ".join(filter(None, (self.organisation, self.unit)))


def stored(report: str, unit_id: int | None) -> str:
    """The key of a report, with the number of the unit that it is of where it is not of everybody.

    >>> stored("directorates", None), stored("directorates", 17)
    ('directorates', 'directorates@17')
    """
    return report if unit_id is None else f"{report}{_MARK}{unit_id}"


def read_stored(text: str) -> tuple[str, int | None]:
    """The two again.

    >>> read_stored("directorates"), read_stored("directorates@17")
    (('directorates', None), ('directorates', 17))
    """
    report, mark, unit_id = text.partition(_MARK)
    return report, int(unit_id) if mark else None


def stored_of_parts(report: str) -> str:
    """With what the reports of parts of one kind begin, as they are kept."""
    return f"{report}{_MARK}"


def of_unit(unit_id: int | None) -> dict[str, int]:
    """What the audit trail says of it: nothing of a report of everybody."""
    return {} if unit_id is None else {"unit_id": unit_id}
