"""The report: made by one command, opened from disk in a browser without a network, made again when it should be."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
import yaml
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

import workflow
from lowrank.config import drawing
from lowrank.config.config import validated
from once import once
from specs import RAW
from workflow import ROOT, planned, run

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CATEGORIES = ["Claims", "Differences and omissions", "Figures", "How it was computed", "Published and reproduced"]
PUBLISHED = [f"Figure {n}" for n in range(1, 6)]
PAGES = ["comparison", "compute", "differences"]
FIGURES = {"1": "Three tasks", "2": "Strength of W₀", "3": "Linear network", "4": "Linear network, all g"}
FIGURES |= {"5": "LSTM", "S": "LSTM, supplement"}


@pytest.fixture(scope="session")
def reported(tmp_path_factory, finished) -> Path:
    """The tiny run with its report; not to be changed."""

    def make(folder: Path) -> None:
        workflow.copy(finished, folder)
        names = run(folder, "report").names
        assert names == {"claims_page", "compute", "report", *(f"page {name}" for name in PAGES)}

    return once(tmp_path_factory, "reported", make)


# --- In a browser


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("there is no Chromium: install the system's package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # root has none
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, reported):
    """The report in a window; at the end, nothing was asked of a network and nothing was complained of."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    window, wrong = context.new_page(), []
    window.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    window.on("pageerror", lambda error: wrong.append(f"{error}"))
    window.on("request", lambda request: wrong.append(request.url) if outside(request.url) else None)
    window.on("requestfailed", lambda request: wrong.append(request.url[:80]))
    window.goto((reported / "results/tiny/report.html").as_uri())
    window.set_default_timeout(60_000)
    yield window
    context.close()
    assert not wrong


def outside(address: str) -> bool:
    return not address.startswith(("file:", "data:", "blob:"))


def entries(window, category: str) -> list[list[str]]:
    """The rows that the report lists in a category: the texts of their cells."""
    window.get_by_role("link", name=category, exact=True).click()
    return [row.locator("td").all_inner_texts() for row in window.locator("nav tbody tr").all()]


def look(window, category: str, text: str):
    """Open the result whose line says the text, as a reader does: the category, then the eye beside the line."""
    window.locator("nav a").first.wait_for()
    window.evaluate("app.setView({navbarMode: 'menu'})")
    entries(window, category)
    window.locator("nav tbody tr").filter(has=window.get_by_text(text, exact=True)).locator("a").first.click()


def test_it_starts_with_what_it_is_and_lists_what_it_has(opened):
    opened.get_by_role("heading", name="Randomness and structure during learning in RNNs: the run tiny").wait_for()
    assert "this run rests on 12 recurrent networks of 4 tasks and 1 LSTM" in opened.locator("#app").inner_text()
    assert sorted(opened.evaluate("Object.keys(categories)")) == CATEGORIES
    assert dict(row[:2] for row in entries(opened, "Figures")) == FIGURES
    opened.evaluate("app.setView({navbarMode: 'menu'})")
    assert [row[0] for row in entries(opened, "Published and reproduced")] == [*PUBLISHED, "How far apart they are"]


def test_a_figure_is_found_by_its_text_and_seen(opened):
    look(opened, "Figures", "Three tasks")
    picture = opened.locator("#app img[src^='data:image/png']")
    picture.wait_for()
    assert picture.evaluate("picture => [picture.complete, picture.naturalWidth > 1000]") == [True, True]
    box = picture.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 800
    opened.locator("nav tbody tr").first.locator("a").last.click()
    caption = opened.locator("nav .prose").inner_text()
    assert "one network for each task and g = 0.0, 0.9, of seed 0" in caption
    assert "Romo: N = 12, 21 epochs of 4 fresh trials" in caption
    assert "L₀ is that of the network at g = 0.0 for both curves" in caption


def test_a_claim_is_found_by_its_text_with_its_verdict(opened, reported):
    claims = pq.read_table(reported / "results/tiny/tables/claims.parquet").to_pylist()
    look(opened, "Claims", "All claims, judged")
    page = opened.frame_locator("iframe")
    for claim in claims[:1] + claims[-1:]:
        found = page.locator("article").filter(has_text=claim["statement"])
        found.get_by_text(claim["measured"], exact=True).wait_for()
        assert found.locator(".verdict").inner_text() == claim["verdict"]
    assert page.locator("article").count() == len(claims)


def test_the_pages_are_read_where_the_report_is(opened):
    look(opened, "How it was computed", "Compute statement")
    statement = opened.frame_locator("iframe").locator("body")
    statement.get_by_role("row", name=re.compile("^Figure 2 8 ")).wait_for()
    assert "core hours" in statement.inner_text()
    look(opened, "Differences and omissions", "Paper, code and figures")
    opened.frame_locator("iframe").get_by_role("heading", name="What the flip-flop remembers").wait_for()


def test_no_picture_is_missing_anywhere(opened):
    """All results as the report holds them, and what stands in its pages."""
    results = opened.evaluate("Object.entries(results).map(([path, r]) => [path, r.mime_type, r.data_uri])")
    assert len(results) == len(FIGURES) + len(PUBLISHED) + 1 + len(PAGES)
    for path, kind, address in results:
        assert kind in ("image/png", "text/html"), path
        if kind == "image/png":
            size = opened.evaluate(
                "uri => { const i = new Image(); i.src = uri; return i.decode().then(() => i.width) }", address
            )
            assert size > 500, path
    for picture in opened.locator("img").all():
        assert picture.evaluate("picture => picture.naturalWidth") > 0


def test_nothing_in_it_is_fetched_from_elsewhere(reported):
    """Neither when it is opened, which the browser shows, nor by a page whose style or script would be."""
    for page in (reported / "results/tiny/pages").glob("*.html"):
        assert not re.search(r"""(src|href)\s*=|url\(|@import""", page.read_text()), page


# --- Making it


def test_it_disturbs_no_record_of_the_run(reported, finished):
    """The start within the start: the same records, no lock left, and nothing left to do."""
    before, after = (workflow.snapshot(folder / ".snakemake/metadata") for folder in (finished, reported))
    assert {name: after.get(name) for name in before} == before
    assert not list((reported / ".snakemake").glob("locks/*"))
    assert planned(reported, "all", "report", "--config", "device=cuda", "stack=5").names == set()


def test_another_caption_makes_the_report_again_and_nothing_else(reported, tmp_path):
    folder = workflow.copy(reported, tmp_path / "project")
    caption = folder / "workflow/report/fig1.rst"
    caption.write_text(caption.read_text() + "\nMore.\n")
    assert planned(folder, "report").names == {"report"}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("figures", '"Figures"'),
        ("comparison", '"Figure {number}"'),
        ("report", '"All claims, judged"'),
        ("report", '"Compute statement"'),
    ],
)
def test_another_line_in_its_list_makes_the_report_again_and_nothing_else(reported, tmp_path, rules, words):
    folder = workflow.copy(reported, tmp_path / "project")
    file = folder / f"workflow/rules/{rules}.smk"
    assert words in file.read_text()
    file.write_text(file.read_text().replace(words, '"Other words"'))
    assert planned(folder, "report").names == {"report"}


def test_a_run_of_another_name_has_its_own(small):
    """Named on the command line, which the reporter's own start does not see; its network is the other run's."""
    names = run(small, "report", "--config", "run=other").names
    assert {"report", "compute", "fig1", "fig2"} <= names
    assert not any(name.startswith("train") for name in names)
    text = (small / "results/other/report.html").read_text()
    assert "results/other/figures/fig1.png" in text
    assert "results/tiny/" not in text
    trained = [
        row for row in (small / "results/other/compute.csv").read_text().splitlines() if row.startswith("train,")
    ]
    assert [row.split(",")[:3] for row in trained] == [["train", "romo/g0.9/seed0", "tiny"]]
    assert not (small / "results/tiny/report.html").exists()


def test_a_report_that_fails_says_where_the_reason_is(small):
    """A caption with a mistake: one sentence, no report, and what was there is there."""
    (small / "workflow/report/fig1.rst").write_text("{{ snakemake.config.no.such.key }}")
    output = workflow.refused(small, "report")
    assert "Snakemake's reporter failed: results/tiny/logs/report.log says why" in output
    assert "fig1.rst" in (small / "results/tiny/logs/report.log").read_text()
    assert not (small / "results/tiny/report.html").exists()


# --- What it says


def caption(name: str, **snakemake) -> str:
    """A caption as the report has it; a mistake in any ends the report."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    text = environment.from_string((ROOT / f"workflow/report/{name}.rst").read_text())
    text = text.render(snakemake=SimpleNamespace(**snakemake))
    return publish_parts(text, writer="html", settings_overrides={"halt_level": 2})["body"]


@pytest.mark.parametrize("number", range(1, 6))
def test_a_caption_of_published_beside_reproduced(number):
    """What differs from figure to figure."""
    body = caption("published", wildcards={"number": str(number)}, config={"sentiment": {"lowercase": True}})
    assert f"Figure {number}: published and reproduced." in body
    assert ("published_rate" in body) == (number == 2)


@pytest.mark.parametrize("preset", sorted(path.stem for path in (ROOT / "workflow/presets").glob("*.yaml")))
def test_every_figure_of_a_preset_has_a_caption(preset):
    raw = workflow.merged(RAW, yaml.safe_load((ROOT / f"workflow/presets/{preset}.yaml").read_text()))
    config = validated(raw)
    for figure in drawing.of_run(config):
        assert len(caption(figure, config=config)) > 200, figure
        if drawing.has_published(config, figure):
            body = caption("published", config=config, wildcards={"number": figure.removeprefix("fig")})
            assert ("LSTM" in body) == (figure == "fig5")


def test_the_captions_count_the_seeds_of_each_task():
    raw = workflow.merged(RAW, {"tasks": {"romo": {"seeds": [0]}, "flipflop": {"seeds": "0-9"}}})
    config = validated(raw)
    counts = [text.split()[-1] for text in caption("fig2", config=config).split(" networks for each g")[:-1]]
    assert counts == ["10", "5", "1"]
    networks = 8 * 10 + 10 * 5 + 11 + 3 * 10 * 5
    assert f"rests on {networks} recurrent networks" in " ".join(caption("run", config=config).split())


def test_differences_name_settings_that_there_are():
    """A setting of the config in code font is one that the config has."""
    text = (ROOT / "docs/differences.md").read_text()
    config = (ROOT / "config.yaml").read_text()
    named = re.findall(r"`(\w+): ([\w\[\]]+)`", text)
    assert {"memory", "lowercase", "kernel", "trained", "optimizer"} <= {key for key, _ in named}
    for key, value in named:
        assert re.search(rf"^ +{key}: .*", config, re.MULTILINE), key
        assert re.search(rf"\b{re.escape(value.strip('[]'))}\b", config), (key, value)


def test_the_compute_table_has_a_row_for_every_job(reported):
    rows = [line.split(",") for line in (reported / "results/tiny/compute.csv").read_text().splitlines()]
    jobs = [row[:2] for row in rows[1:]]
    assert len(jobs) == 12 * 5 + 3
    assert ["train", "romo/g0.9/seed1"] in jobs
    assert ["truncate_sentiment", "sentiment/seed0"] in jobs
    known = json.dumps([row for row in rows if row[3] == ""])
    assert known == "[]"


@pytest.mark.parametrize("run", ["..", ".", "../x", "a b", ""])
def test_make_reports_on_no_folder_that_is_not_a_runs(run):
    """`..` would be the paper's own config, and start its networks."""
    command = ["make", "--old-file", ".venv/ready", "report", f"RUN={run}", "SNAKEMAKE=false"]
    done = subprocess.run(command, cwd=workflow.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout.startswith(f"There is no run {run}:")
