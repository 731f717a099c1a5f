"""Finding anybody by what one knows of them: name, number, e-mail address, unit and kind of work, in any order."""
