"""The habits of the house that no linter knows: sizes, names, reasons, words, locks."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
PACKAGES: list[str] = LINTER["root_packages"]
LONGEST_MODULE = 500
SAYS_NOTHING = re.compile(
    r"(^|_)(util|utils|helper|helpers|common|misc|manager|processor|data|info|stuff)(_|$)", re.IGNORECASE
)
# "Managers" of people are a thing of ours.
CLASS_SAYS_NOTHING = re.compile(r"(Utils?|Helpers?|Manager|Processor|Common|Misc)$")
EXCEPTION_TO_A_RULE = re.compile(
    r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover)(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[^]]*\])?(?P<reason>.*)$"
)
READS_THE_CLOCK = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time|time\.localtime|time\.gmtime)\s*\("
)
# Only words that no library, header or style sheet forces on us (reportlab: document.Catalog; HTML: autocomplete).
AMERICAN = re.compile(
    r"\b(behaviors?|(?<!autocomplete=\")organizations?|organized?|recogniz\w+|summariz\w+|analyz\w+|customiz\w+|(?<!document\.)catalogs?|canceled"
    r"|canceling|enrollments?|fulfill|labeled|modeled|traveled|favorites?|minimiz\w+|prioritiz\w+)\b",
    re.IGNORECASE,
)


def product_modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def all_modules() -> list[Path]:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    return sorted([*product_modules(), *tests, *(ROOT / "migrations").rglob("*.py"), *ROOT.glob("*.py")])


def lines_of(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Each line with the place to look at: "people/store.py:12"."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def identify(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


@pytest.mark.parametrize(
    "path", [path for path in all_modules() if path.parent.name != "versions"], ids=identify
)
def test_a_module_holds_one_idea(path: Path) -> None:
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST_MODULE, f"{path.relative_to(ROOT)} has {length} lines: split it"


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "app"])
def test_a_package_is_introduced_by_one_docstring_and_nothing_else(package: str) -> None:
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "say what this package is about"
    assert len(tree.body) == 1, "imports and code live in modules"


def test_every_module_says_what_it_is_about() -> None:
    silent = [
        path
        for path in product_modules()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not [identify(path) for path in silent]


def test_a_folder_of_modules_is_a_package() -> None:
    """import-linter sees packages only."""
    assert not {
        identify(path.parent) for path in product_modules() if not (path.parent / "__init__.py").exists()
    }


def test_no_module_takes_the_name_of_the_standard_library() -> None:
    top_level = {*PACKAGES, *(path.stem for path in ROOT.glob("*.py"))}
    assert not top_level & sys.stdlib_module_names
    inner = {identify(path) for path in all_modules() if path.stem in sys.stdlib_module_names}
    assert not inner


def test_names_say_what_they_hold() -> None:
    modules = [identify(path) for path in all_modules() if SAYS_NOTHING.search(path.stem)]
    classes = [
        f"{identify(path)}: class {node.name}"
        for path in product_modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and CLASS_SAYS_NOTHING.search(node.name)
    ]
    assert not modules + classes


def test_an_exception_to_a_rule_has_its_reason_beside_it() -> None:
    """`# noqa: S608 -- the table name is ours` rather than `# noqa: S608`."""
    bare = []
    for place, line in lines_of(all_modules()):
        match = EXCEPTION_TO_A_RULE.search(line)
        if match and not re.search(r"[^\W\d_]{3}", match["reason"]):
            bare.append(f"{place}: {line.strip()}")
    assert not bare


def test_the_wall_clock_has_one_reader() -> None:
    readers = {
        place
        for place, line in lines_of(product_modules())
        if READS_THE_CLOCK.search(line.split("#")[0]) and not place.startswith("foundation/clock.py:")
    }
    assert not readers


def test_words_are_spelt_the_british_way() -> None:
    texts = [
        *product_modules(),
        *(path for path in (ROOT / "templates").rglob("*") if path.is_file()),
        *(ROOT / "docs").rglob("*.md"),
        *ROOT.glob("*.md"),
    ]
    found = [f"{place}: {match[0]}" for place, line in lines_of(texts) for match in AMERICAN.finditer(line)]
    assert not found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_hashes_and_names_no_package_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)
    assert len(pins) == len(
        re.findall(r"(?:^[a-z0-9][\w.-]*==[^\n]*\\\n)    --hash=sha256:", text, re.MULTILINE)
    )
    assert not re.search(r"https?://|file:|--index|--extra-index|--find-links", text)


def test_both_locks_agree() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", text, re.MULTILINE))

    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_the_locks_hold_every_library_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    names = {re.split(r"[\[<>=!~; ]", line)[0] for line in [*project["dependencies"], *extras]}
    locked = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert names <= set(re.findall(r"^([a-z0-9][\w.-]*?)(?:\[[^]]*\])?==", locked, re.MULTILINE))
