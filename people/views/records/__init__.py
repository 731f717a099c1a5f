"""The pages on which learning and development records people, posts and absences by hand."""
