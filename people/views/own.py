"""What the pages about oneself say to an account that belongs to nobody who is counted."""

from flask import render_template


def no_record() -> tuple[str, int]:
    """The page that says why there is nothing to see, instead of an empty one."""
    return render_template("people/no_record.html"), 403
