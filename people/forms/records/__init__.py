"""What learning and development types about a person: details, posts and absences."""
