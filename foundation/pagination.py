"""A long list, a page at a time."""

from dataclasses import dataclass

PAGE_SIZE = 50
"""Lines on one page of a list. Enough to read, few enough to scroll."""


def page_number(wanted: str | None) -> int:
    """The page that an address asks for; 1 when it asks for nothing that is a number.

    >>> [page_number(wanted) for wanted in (None, "", "0", "-1", "abc", "3", "99999999999999999999")]
    [1, 1, 1, 1, 1, 3, 999999999]
    """
    text = (wanted or "").strip()
    if not (text.isascii() and text.isdigit()):
        return 1
    # No list has so many pages; the rest of the digits need not be read.
    return max(1, int(text)) if len(text) <= 9 else 999_999_999


@dataclass(frozen=True, slots=True)
class Page:
    """Where one page of a list lies: `number` counts from 1, as readers do, and is brought inside the list.

    >>> page = Page(3, size=50, total=120)
    >>> page.number, page.pages, page.first, page.last, page.offset
    (3, 3, 101, 120, 100)
    >>> Page(9, size=50, total=120).number, Page(9, size=50, total=0).number
    (3, 1)
    """

    number: int
    size: int
    total: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", min(max(self.number, 1), self.pages))

    @classmethod
    def of(cls, wanted: str | None, total: int, size: int = PAGE_SIZE) -> "Page":
        """The page of a list that an address asks for."""
        return cls(page_number(wanted), size, total)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many lines come before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The first line on this page, counted from 1; 0 in an empty list."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    @property
    def shown(self) -> list[int | None]:
        """The page numbers worth a link: the ends and those around this one; None stands for those left out.

        >>> Page(6, 10, 100).shown
        [1, None, 5, 6, 7, None, 10]
        >>> Page(1, 10, 30).shown
        [1, 2, 3]
        """
        near = {1, self.number - 1, self.number, self.number + 1, self.pages}
        result: list[int | None] = []
        last = 0
        for number in sorted(number for number in near if 1 <= number <= self.pages):
            if number == last + 2:
                result.append(last + 1)
            elif number > last + 2:
                result.append(None)
            result.append(number)
            last = number
        return result
