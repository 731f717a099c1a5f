"""The rule book: what holds when, forms that change it, and what a change would do before it is saved."""

from compliance.views.rule_book import changes, draft, draft_people, edit, entries, pages, reminders

__all__ = ["changes", "draft", "draft_people", "edit", "entries", "pages", "reminders"]
