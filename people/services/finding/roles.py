"""The roles of the rule book on a day, and who holds them through their posts or by hand."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.facts import known
from foundation.plain import literally, plain
from people.domain import RoleRule, is_within
from people.models import OrganisationSectorRow, PostSpellRow, RoleLineRow, RoleRuleRow
from people.services.finding.statements import TODAY, Holds
from people.store import Tree

EVERYONE_ROLE = "*"


class Roles:
    """The roles of the rule book on a day, and who holds them: everywhere, or in some organisations."""

    def __init__(
        self,
        session: Session,
        today: date,
        every: Tree,
        organisation_ids: frozenset[int] | None,
        titles: Mapping[str, str] | None = None,
    ) -> None:
        self._session = session
        self._tree = every
        self._organisation_ids = organisation_ids
        self._today = today
        self._titles = role_titles(session) if titles is None else titles
        self._job_titles: list[str] | None = None

    @cached_property
    def _rules(self) -> list[RoleRule]:
        """Read once a role is meant: most words are names."""
        found = self._session.connection().execute(_RULES, {"today": self._today})
        return [RoleRule(*row) for row in found]

    def titled(self, word: str) -> list[str]:
        """The roles of which the title has a word that begins like this."""
        return sorted(
            code
            for code, title in self._titles.items()
            if code != EVERYONE_ROLE and begins(word, plain(f"{title} {code}").split())
        )

    def holders(self, code: str) -> Iterator[tuple[Holds, dict[str, Any]]]:
        """The conditions under which somebody holds a role, each with what it binds."""
        yield Holds(named=True), {"code": f"%;{literally(code)};%"}
        yield Holds(given=True), {"role": code}
        for rule in self._rules:
            if rule.role == code:
                values: dict[str, Any] = {}
                if rule.job_title is not None:
                    values["titles"] = self._matching(rule.job_title)
                if rule.unit is not None or rule.organisation is not None or rule.sector is not None:
                    values["units"] = self._places(rule)
                if rule.category is not None:
                    values["category"] = rule.category
                yield Holds("titles" in values, "units" in values, "category" in values), values

    def _matching(self, pattern: str) -> list[str]:
        if self._job_titles is None:
            self._job_titles = list(self._session.connection().execute(_JOB_TITLES).scalars())
        return [title for title in self._job_titles if fnmatchcase(title.lower(), pattern.lower())]

    def _places(self, rule: RoleRule) -> list[int]:
        sectors: dict[int, str] = {}
        if rule.sector is not None:
            sectors = dict(self._session.connection().execute(_SECTORS).all())
        return [
            unit.id
            for unit in self._tree.units
            if (self._organisation_ids is None or unit.organisation_id in self._organisation_ids)
            and (rule.unit is None or is_within(unit.path, rule.unit))
            and (rule.organisation is None or unit.organisation == rule.organisation)
            and (rule.sector is None or sectors.get(unit.organisation_id, "other") == rule.sector)
        ]


def begins(word: str, words: Sequence[str]) -> bool:
    """Whether one of the words begins like this."""
    return any(one.startswith(word) for one in words)


def role_titles(session: Session) -> Mapping[str, str]:
    """The title of each role of the rule book by its code."""
    return dict(session.connection().execute(_ROLE_TITLES).all())


def role_options(session: Session, titles: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """The roles of the rule book, as (code, title), by title. `titles`: where the page has read them already."""
    found = role_titles(session) if titles is None else titles
    return sorted(((code, title or code) for code, title in found.items()), key=lambda one: plain(one[1]))


_ROLE_TITLES = (
    select(RoleLineRow.code, RoleLineRow.title)
    .where(known(RoleLineRow, None))
    .order_by(RoleLineRow.first_day, RoleLineRow.id)
)
_RULES = (
    select(
        RoleRuleRow.role,
        RoleRuleRow.job_title,
        RoleRuleRow.unit,
        RoleRuleRow.organisation,
        RoleRuleRow.sector,
        RoleRuleRow.category,
    )
    .where(known(RoleRuleRow, None), RoleRuleRow.first_day <= TODAY, RoleRuleRow.last_day >= TODAY)
    .order_by(RoleRuleRow.id)
)
_JOB_TITLES = (
    select(PostSpellRow.job_title)
    .where(known(PostSpellRow, None))
    .distinct()
    .order_by(PostSpellRow.job_title)
)
_SECTORS = (
    select(OrganisationSectorRow.organisation_id, OrganisationSectorRow.sector)
    .where(known(OrganisationSectorRow, None))
    .order_by(OrganisationSectorRow.id)
)
