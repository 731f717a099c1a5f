"""What every form of a page has: errors that lead to their inputs."""

from flask_wtf import FlaskForm


class PageForm(FlaskForm):
    """A form of a page: its errors become the lines of the error summary, each leading to its input."""

    def error_lines(self) -> list[tuple[str, str]]:
        """(message, id of the input) in the order of the inputs; at most one for each."""
        lines = [(str(field.errors[0]), str(field.id)) for field in self if field.errors]
        return [(str(message), str(next(iter(self)).id)) for message in self.form_errors] + lines
