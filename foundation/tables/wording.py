"""What a message may show of a file: cut short, on one line, with nothing that could steer a terminal."""

LONGEST_VALUE = 60
LONGEST_FILE_NAME = 100


def shown(value: str) -> str:
    """The value in quotation marks, as messages show it: at most 60 characters, control characters replaced.

    >>> shown("Ann" + chr(27) + "[31m")
    '"Ann\ufffd[31m"'
    """
    cut = value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
    return '"' + "".join(map(_showable, cut)) + '"'


def display_name(file_name: str) -> str:
    """The name of an uploaded file for the eye only: it is never used as a path.

    >>> display_name("../../etc/passwd.csv"), display_name("a" + chr(13) + "b.csv"), display_name("")
    ('passwd.csv', 'ab.csv', 'file')
    """
    last = file_name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable()).strip()
    return clean[:LONGEST_FILE_NAME] or "file"


def in_words(names: list[str], most: int = 20) -> str:
    """Names one after another, cut where there are too many to read.

    >>> in_words(["a", "b", "c"], most=2)
    '"a", "b" and 1 more'
    """
    listed = ", ".join(shown(name) for name in names[:most])
    return listed if len(names) <= most else f"{listed} and {len(names) - most:,} more"


def one_of_them(subject: str) -> str:
    """One of what the rows are.

    >>> one_of_them("people"), one_of_them("absences"), one_of_them("completions")
    ('a person', 'an absence', 'a completion')
    """
    one = "person" if subject == "people" else subject.removesuffix("s")
    return f"{'an' if one[0] in 'aeiou' else 'a'} {one}"


def _showable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if letter.isspace() else "\ufffd"
