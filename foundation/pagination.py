"""A long list, a page at a time."""

from dataclasses import dataclass

PAGE_SIZE = 50
"""Lines on one page of a list. Enough to read, few enough to scroll."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where one page of a list lies: `number` counts from 1, as readers do.

    >>> page = Page.of("3", total=120, size=50)
    >>> page.number, page.pages, page.first, page.last, page.offset
    (3, 3, 101, 120, 100)
    """

    number: int
    size: int
    total: int

    @classmethod
    def of(cls, wanted: str | None, total: int, size: int = PAGE_SIZE) -> "Page":
        """The page that an address asks for; what is not a page of this list gives the nearest one.

        >>> [Page.of(wanted, total=120).number for wanted in (None, "", "0", "-1", "abc", "99999999999999999999")]
        [1, 1, 1, 1, 1, 3]
        """
        pages = max(1, -(-total // size))
        text = (wanted or "").strip()
        if not (text.isascii() and text.isdigit()):
            return cls(1, size, total)
        # More digits than any list has pages: no need to read them.
        number = int(text) if len(text) <= 9 else pages
        return cls(min(max(number, 1), pages), size, total)

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
        numbers = sorted(number for number in near if 1 <= number <= self.pages)
        result: list[int | None] = []
        for number in numbers:
            if result and result[-1] is not None:
                left_out = number - result[-1] - 1
                if left_out == 1:
                    result.append(number - 1)
                elif left_out > 1:
                    result.append(None)
            result.append(number)
        return result
