"""The site that `make docs` built: pages made from the code are current, and a browser shows every page."""

import runpy

import pytest
import yaml
from playwright.sync_api import Page, sync_playwright

from workflow import ROOT

SITE = ROOT / "site"
HTML = sorted(path for path in SITE.rglob("*.html") if "_static" not in path.parts)
PAGES = runpy.run_path(str(ROOT / "docs/pages.py"))["pages"]()
WIDTHS = {"desktop": 1280, "phone": 390}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_made_from_the_code_is_current(path):
    """Else write it anew: make pages."""
    assert path.read_text(encoding="utf-8") == PAGES[path]


def test_every_key_of_the_config_has_a_row_or_a_section():
    page = (ROOT / "config/README.md").read_text(encoding="utf-8")
    for section, value in yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")).items():
        for key in value if isinstance(value, dict) else ():
            assert f"\n| `{key}` |" in page or f"\n## {section}.{key}\n" in page, f"{section}.{key}"
        assert f"\n| `{section}` |" in page or f"\n## {section}\n" in page, section


def test_all_pages_are_there():
    sources = [path for path in (ROOT / "docs").rglob("*.*") if path.name.endswith((".md", ".nb.py"))]
    built = {path.relative_to(SITE).with_suffix("") for path in HTML}
    assert {path.relative_to(ROOT / "docs").parent / path.name.partition(".")[0] for path in sources} <= built
    assert len(HTML) > 20


@pytest.fixture(scope="module", params=WIDTHS)
def page(request):
    """A browser's page of some width, and what went wrong in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTHS[request.param], "height": 900})
        page.wrong = []
        page.on("request", lambda it: None if it.url.startswith(("file:", "data:")) else page.wrong.append(it.url))
        page.on("requestfailed", lambda it: page.wrong.append(it.url))
        page.on("console", lambda it: page.wrong.append(it.text))
        page.on("pageerror", lambda it: page.wrong.append(str(it)))
        yield page
        browser.close()


@pytest.mark.parametrize("path", HTML, ids=lambda path: path.relative_to(SITE).as_posix())
def test_a_page_is_whole_and_fits(page: Page, path):
    page.wrong.clear()
    page.goto(path.as_uri())
    assert page.evaluate("[...document.images].filter(it => it.complete && !it.naturalWidth).map(it => it.src)") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.wrong == []


def test_the_published_curves_are_a_click_away(page: Page):
    page.goto((SITE / "figures.html").as_uri())
    ours, published = (page.locator(f"img[src*='/{name}.png']") for name in ("fig2", "fig2_published"))
    assert ours.is_visible()
    assert not published.is_visible()
    page.get_by_text("Over the published curves").first.click()
    assert published.is_visible()
    assert not ours.is_visible()


def test_sliders_choose_the_figure(page: Page):
    page.goto((SITE / "tutorials/theory.html").as_uri())
    box = page.locator("[id^=sliders-]")
    shown = box.locator("img:not([hidden])")
    first = shown.get_attribute("src")
    assert box.locator("output").all_inner_texts() == ["0.0", "0.5"]
    box.locator("input").nth(1).fill("2")
    assert box.locator("output").all_inner_texts() == ["0.0", "2.0"]
    assert shown.count() == 1
    assert shown.get_attribute("src") != first
