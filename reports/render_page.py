"""A report as HTML: a file that stands alone, with the very words that a page of the service shows."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.domain.charts import charts_of
from reports.domain.description import Column, Kind, Report, text_of

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def heading_of(column: Column) -> tuple[str, bool]:
    """A column as the table macro wants it: its heading, and whether it holds numbers."""
    return column.title, column.kind is Kind.NUMBER


def html_of(report: Report) -> str:
    """The report as a file: one page, without scripts, pictures or addresses of anything else."""
    template = _environment().get_template("reports/file.html")
    return template.render(report=report, text_of=text_of, chart_of=charts_of, heading_of=heading_of)
