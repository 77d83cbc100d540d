"""Pages that a browser opens from disk, with all they need in the one file."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from ..core.files import atomic


def of_markdown(text: str) -> tuple[str, str]:
    """The title and the body of a page in Markdown, its first line a heading; HTML within it stays text."""
    title = text.partition("\n")[0].removeprefix("# ").replace("`", "")
    return title, MarkdownIt("commonmark", {"html": False}).enable("table").render(text)


def write(path: str, template: str, **values) -> None:
    """Fill a template, which may extend others beside it. Values are escaped, unless the template says otherwise."""
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
