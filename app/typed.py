"""The fields of a form that was sent, as its reader knows them: the labels of the form they most likely belong to."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from wtforms import BooleanField, HiddenField, PasswordField
from wtforms.fields.choices import SelectFieldBase
from wtforms.fields.core import UnboundField

from people.forms.page_form import PageForm

Fields = Iterable[tuple[str, str]]
Titles = Callable[[str], Mapping[str, str]]
"""The titles of a list (`LISTED`) by what a form sends for them."""

HIDDEN: Final = frozenset({"once", "next", "csrf_token", "shown", "fact", "go"})
CHOSEN: Final = "What you chose"
BOXES: Final = ("day", "month", "year")
LISTED: Final = {
    "course": "courses",
    "prerequisites": "courses",
    "role": "roles",
    "roles": "roles",
    "requirement": "requirements",
}
"""Choices that a page fills with the lists of the rule book when it is made, by the names of their fields."""
_PUBLIC_ID = re.compile(r"[0-9a-f]{32}|[A-Za-z0-9_-]{43}")


def _none(_list_name: str) -> Mapping[str, str]:
    return {}


def lines(fields: Fields, titles: Titles = _none) -> list[tuple[str, list[str]]]:
    """(label, values) of what was typed or chosen, in the order of the form; what it hides is left out.

    The three boxes of a date make one line. A choice is shown in the words that were chosen, where they are known.
    """
    fields = list(fields)
    known = _form_of({name for name, _ in fields})
    found: dict[str, list[str]] = {}
    for name, value in fields:
        base, _, box = name.rpartition("-")
        if box in BOXES and base:
            found.setdefault(_label(known, base), []).append(value)
        elif value.strip() and name not in HIDDEN and not _is(known, name, HiddenField):
            found.setdefault(_label(known, name), []).append(_in_words(known, name, value, titles))
    dates = {_label(known, name.rpartition("-")[0]) for name, _ in fields if name.rpartition("-")[2] in BOXES}
    return [
        (label, [" ".join(values)] if label in dates else _counted(values))
        for label, values in found.items()
        if any(value.strip() for value in values)
    ]


def password_names() -> set[str]:
    """The names of every field of every form into which a password is typed."""
    return {
        name
        for form in _forms(PageForm)
        for name, unbound in _fields(form).items()
        if issubclass(unbound.field_class, PasswordField)
    }


def _form_of(names: set[str]) -> dict[str, Any]:
    """The fields of the form that shares most names with what was sent; of two, the one that asks for less besides."""
    candidates = [_fields(form) for form in _forms(PageForm)]
    return max(candidates, key=lambda known: (len(names & set(known)), -len(known)), default={})


def _forms(form: type[PageForm]) -> Iterator[type[PageForm]]:
    for below in form.__subclasses__():
        yield below
        yield from _forms(below)


def _fields(form: type[PageForm]) -> dict[str, Any]:
    named = ((name, getattr(form, name, None)) for name in dir(form) if not name.startswith("_"))
    return {name: value for name, value in named if isinstance(value, UnboundField)}


def _is(known: dict[str, Any], name: str, kind: type) -> bool:
    return name in known and issubclass(known[name].field_class, kind)


def _label(known: dict[str, Any], name: str) -> str:
    unbound = known.get(name)
    given = (unbound.args[0] if unbound.args else unbound.kwargs.get("label")) if unbound else None
    return str(given) if given else name.replace("_", " ").replace("-", " ").strip().capitalize()


def _counted(values: list[str]) -> list[str]:
    """Choices that are known by random ids alone are counted, not listed."""
    return [f"{len(values)} choices"] if len(values) > 1 and set(values) == {CHOSEN} else values


def _in_words(known: dict[str, Any], name: str, value: str, titles: Titles) -> str:
    if _is(known, name, BooleanField):
        return "Yes"
    if _is(known, name, SelectFieldBase):
        choices = known[name].kwargs.get("choices") or []
        words: Mapping[str, str] = {
            str(one.value): str(one.label) for one in choices if hasattr(one, "value")
        }
        if value not in words and name in LISTED:
            words = titles(LISTED[name])
        if words.get(value):
            return words[value]
        if not choices and name not in LISTED and value.isdigit():
            return CHOSEN  # the number of a row
    return CHOSEN if _PUBLIC_ID.fullmatch(value) else value
