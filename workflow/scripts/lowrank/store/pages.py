"""Self-contained HTML pages that a browser can open from disk."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from ..core.files import atomic


def of_markdown(text: str) -> tuple[str, str]:
    """Return title and HTML body of a Markdown page whose first line is a heading; embedded HTML is escaped."""
    title = text.partition("\n")[0].removeprefix("# ").replace("`", "")
    return title, MarkdownIt("commonmark", {"html": False}).enable("table").render(text)


def write(path: str, template: str, **values) -> None:
    """Render a template, which may extend others in its folder. Values are escaped unless the template opts out."""
    file = Path(template)
    environment = Environment(
        loader=FileSystemLoader(file.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(file.name).render(values)
    with atomic(path) as temporary:
        Path(temporary).write_text(text, encoding="utf-8")
