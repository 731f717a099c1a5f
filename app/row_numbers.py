"""Numbers of rows in addresses. One that no row can have names nothing: there is no such page."""

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

from foundation.row_numbers import row_number


class RowNumber(IntegerConverter):
    """A number in an address, as `<int:…>` names it."""

    def to_python(self, value: str) -> int:
        """The number. Raises ValidationError, which is answered by 404, for one that no row can have."""
        number = row_number(value)
        if number is None:
            raise ValidationError
        return number


def install(app: Flask) -> None:
    """Read numbers in addresses like that. To be called before any address is registered."""
    app.url_map.converters["int"] = RowNumber
