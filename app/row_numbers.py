"""Numbers of rows in addresses. One that is larger than a database can hold names nothing: there is no such page."""

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

from people.forms.details import LARGEST_ID

_MOST_DIGITS = 100  # zeros in front included


class RowNumber(IntegerConverter):
    """A number in an address, as `<int:…>` names it."""

    def to_python(self, value: str) -> int:
        """The number. Raises ValidationError, which is answered by 404, for one that no row can have."""
        # Looked at before it is read: Python refuses to read thousands of digits.
        if len(value) > _MOST_DIGITS:
            raise ValidationError
        number = int(super().to_python(value))
        if number > LARGEST_ID:
            raise ValidationError
        return number


def install(app: Flask) -> None:
    """Read numbers in addresses like that. To be called before any address is registered."""
    app.url_map.converters["int"] = RowNumber
