"""Who is counted: people, posts, roles and role rules, units, organisations, absences; accounts and permissions."""
