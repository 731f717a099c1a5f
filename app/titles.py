"""The titles behind the codes that a form sends, so that what was chosen is shown in the words that were chosen."""

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from compliance.store.rules import load_rule_book
from foundation.db import db
from people import auth


def titles_of(list_name: str) -> Mapping[str, str]:
    """Titles by code of "courses", "roles" or "requirements"; none for nobody, or while the database cannot say."""
    try:
        if auth.account() is None:
            return {}
        book = load_rule_book(db.session())
    except SQLAlchemyError:
        return {}
    found = {
        "courses": book.course_titles,
        "roles": {**book.role_titles, "*": "Everyone"},
        "requirements": {**{line.code: line.title for line in book.requirements}, "*": "All requirements"},
    }
    return found[list_name]
