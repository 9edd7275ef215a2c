"""The HTML report in a real browser: it runs, asks the network for nothing, and is quick."""

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cyberforensics.model.case_document import SealRecord
from cyberforensics.model.case_facts import CaseFacts, ReportFacts
from cyberforensics.report import write_html
from cyberforensics.report.summary import TRIAGE
from tests.report import documents
from tests.report.browser import CHROMIUM, Browser
from tests.report.test_html import hostile_document, hostile_rows

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on the PATH: the report is not tried in a browser"
)

ROWS = 50_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many rows as a report prints, and 2,000 findings."""
    path = tmp_path_factory.mktemp("report") / "large.html"
    times = (moment for row in documents.many_rows(ROWS // 4) for moment in documents.moments(row))
    with path.open("wb") as out:
        write_html(documents.large(ROWS, 2_000), documents.many_rows(ROWS), times, out)
    return path


def put(path: Path, *, hostile: bool = False) -> Path:
    rows = hostile_rows() if hostile else documents.demo_rows()
    with path.open("wb") as out:
        document = hostile_document() if hostile else documents.demo()
        write_html(document, iter(rows), (moment for row in rows for moment in documents.moments(row)), out)
    return path


def test_it_opens_without_an_error_or_a_request(browser: Browser, tmp_path: Path) -> None:
    path = put(tmp_path / "report.html")
    browser.open(path)
    assert browser.messages == []
    assert browser.requests == [path.as_uri()]
    titles = browser.run("[...document.querySelectorAll('h2')].map(e => e.textContent).join('|')")
    assert titles == (
        f"{TRIAGE}|What matched|Orientation|Case and exhibits|Summary|Coverage|Findings|Timeline|Entries|Problems|"
        "Opinion of the examiner|Method"
    )
    text = browser.run("document.body.innerText")
    for part in ("What was not examined", "matched rule Ransom_Note_Text (core) at offsets 42, 142", "RECONCILES"):
        assert part in text
    for part in ("NOT COMPUTED", "Masked.", "local time, zone unknown", "54,857 rows left out.", "End of the report"):
        assert part in text


def test_the_source_before_and_after(browser: Browser, tmp_path: Path) -> None:
    """What was computed stands there with both values, and what was not computed is said not to be."""
    browser.open(put(tmp_path / "report.html"))
    text = " ".join(browser.run("document.body.innerText").split())
    assert "Digests at the close of the run: NOT COMPUTED (--verify both asks for them)" in text
    assert "2026-02-27T15:40:11Z 2026-02-27T15:40:11Z UNCHANGED" in text
    document = documents.demo()
    exhibits = tuple(replace(exhibit, source_checks=()) for exhibit in document.exhibits)
    with (tmp_path / "unread.html").open("wb") as out:
        write_html(replace(document, exhibits=exhibits), iter(()), iter(()), out)
    browser.open(tmp_path / "unread.html")
    text = " ".join(browser.run("document.body.innerText").split())
    assert "Size and modification time of the source, before and after: NOT COMPUTED" in text


def test_hostile_evidence_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    path = put(tmp_path / "hostile.html", hostile=True)
    browser.open(path)
    assert browser.messages == []
    assert browser.requests == [path.as_uri()]
    assert browser.run("document.querySelectorAll('main img, main script, main a:not([href^=\"#\"])').length") == 0
    assert "</script><script>alert(1)</script>" in browser.run("document.querySelector('h1').textContent")


def test_fifty_thousand_rows_are_quick(browser: Browser, large: Path) -> None:
    assert browser.open(large) < 15  # 1 to 2 seconds on two idle cores
    figures = json.loads(
        browser.run(
            """JSON.stringify((() => {
              const out = {};
              const field = document.querySelector('#entries input[type=search]');
              const time = (name, act) => {
                const begin = performance.now();
                act();
                document.body.offsetHeight;
                out[name] = performance.now() - begin;
              };
              const type = (text) => { field.value = text; field.dispatchEvent(new Event('input')); };
              time('filter', () => type('component_0123'));
              out.count = document.querySelector('#entries .count').textContent;
              time('clear', () => type(''));
              time('sort', () => document.querySelector('#entries [role=columnheader] button').click());
              out.drawn = document.querySelectorAll('#entries .grid-body [role=row]').length;
              out.elements = document.querySelectorAll('*').length;
              return out;
            })())"""
        )
    )
    assert figures["count"] == "100 of 50,000 rows match the filters"
    assert figures["drawn"] < 60
    assert figures["elements"] < 10_000
    assert max(figures["filter"], figures["clear"], figures["sort"]) < 2_000  # milliseconds; 20 to 110 measured
    assert browser.messages == []


def test_zooming_the_plot_filters_the_table(browser: Browser, large: Path) -> None:
    browser.open(large)
    count = "parseInt(document.querySelector('#timeline .count').textContent.replaceAll(',', ''))"
    settle = "new Promise((done) => setTimeout(done, 200))"
    assert browser.run(count) == ROWS
    plot = "document.querySelector('.plot-main')"
    browser.run(f"{plot}.dispatchEvent(new WheelEvent('wheel', {{deltaY: -900, clientX: 700, cancelable: true}}))")
    browser.run(settle)
    zoomed = browser.run(count)
    assert 0 < zoomed < ROWS
    browser.run(f"{plot}.dispatchEvent(new KeyboardEvent('keydown', {{key: '+'}}))")
    browser.run(settle)
    assert 0 < browser.run(count) < zoomed
    browser.run(f"{plot}.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Home'}}))")
    browser.run(settle)
    assert browser.run(count) == ROWS


def test_dragging_over_the_plot_zooms(browser: Browser, large: Path) -> None:
    browser.open(large)
    browser.run("document.querySelector('.plot-main').scrollIntoView({block: 'center', behavior: 'instant'})")
    box = json.loads(browser.run("JSON.stringify(document.querySelector('.plot-main').getBoundingClientRect())"))
    y = box["y"] + 80
    for kind, x in (("mousePressed", 300), ("mouseMoved", 340), ("mouseMoved", 420), ("mouseReleased", 420)):
        browser.send("Input.dispatchMouseEvent", type=kind, x=box["x"] + x, y=y, button="left", buttons=1, clickCount=1)
    browser.run("new Promise((done) => setTimeout(done, 200))")
    first, last = json.loads(browser.run("JSON.stringify([...document.querySelectorAll('.day')].map((e) => e.value))"))
    assert "2021-05-03" < first < last < "2024-02-29"
    assert (
        browser.run("document.querySelector('.range-note').textContent") == f"Shown: {first} to {last}, from the plot"
    )


def test_a_table_is_used_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    browser.open(put(tmp_path / "report.html"))
    browser.run("document.querySelector('#entries .grid').focus()")
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        for kind in ("keyDown", "keyUp"):
            browser.send("Input.dispatchKeyEvent", type=kind, key=key)
    dialog = browser.run("document.querySelector('dialog[open]').innerText")
    assert "setup.exe:Zone.Identifier" in dialog
    browser.send("Input.dispatchKeyEvent", type="keyDown", key="Escape", windowsVirtualKeyCode=27)
    assert browser.run("document.querySelector('dialog[open]') === null")


def test_it_prints(browser: Browser, large: Path) -> None:
    browser.open(large)
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    assert browser.run("document.querySelectorAll('#entries .grid-body [role=row]').length") == 100
    assert "49,900 more" in browser.run("document.querySelector('#entries').textContent")
    browser.run("window.dispatchEvent(new Event('afterprint'))")
    assert "49,900 more" not in browser.run("document.querySelector('#entries').textContent")


SEARCH = """(async (text) => {
  const field = document.getElementById('everywhere');
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await new Promise((done) => setTimeout(done, 200));
  return document.getElementById('everywhere-result').innerText;
})"""


def test_one_search_goes_through_all_that_the_file_holds(browser: Browser, tmp_path: Path) -> None:
    browser.open(put(tmp_path / "report.html"))
    found = browser.run(f"{SEARCH}('zone.identifier')").split()
    rows = [row for row in documents.demo_rows() if row.entry.stream == "Zone.Identifier"]
    times = [moment for row in rows for moment in documents.moments(row)]
    assert found[:6] == ["Findings", "0", "Timeline", str(len(times)), "Entries", str(len(rows))]
    assert "54,857 entries" in " ".join(found)
    assert "0 of 5 findings" in browser.run("document.querySelector('#findings .count').textContent")
    assert browser.run(f"{SEARCH}('')") == ""
    assert browser.run("document.querySelector('#findings .count').textContent").startswith("5 findings")


def test_a_search_does_not_find_what_is_masked(browser: Browser, tmp_path: Path) -> None:
    secret = documents.finding(sensitive=True, data=b"4111111111111111")
    path = tmp_path / "masked.html"
    with path.open("wb") as out:
        write_html(documents.demo(findings=(secret,)), [], [], out)
    browser.open(path)
    assert browser.run(f"{SEARCH}('4111111111111111')").split()[:2] == ["Findings", "0"]
    assert browser.run(f"{SEARCH}('{b'4111111111111111'.hex()}')").split()[:2] == ["Findings", "0"]


def test_findings_are_filtered_by_volume_and_ordered(browser: Browser, tmp_path: Path) -> None:
    first = documents.finding(1, "Rule_B", "high", "/z.bin")
    second = replace(documents.finding(2, "Rule_A", "low", "/a.bin"), volume="E1/p9")
    path = tmp_path / "two.html"
    with path.open("wb") as out:
        write_html(documents.demo(findings=(first, second)), [], [], out)
    browser.open(path)
    choose = """((label, value) => {
      const field = [...document.querySelectorAll('#findings .field')].find((each) => each.innerText.startsWith(label));
      const select = field.querySelector('select');
      select.value = value;
      select.dispatchEvent(new Event('change'));
      return [...document.querySelectorAll('#findings .card-path')].map((each) => each.textContent).join('|');
    })"""
    assert browser.run(f"{choose}('Order', '')") == "/z.bin|/a.bin"
    assert browser.run(f"{choose}('Order', 'path')") == "/a.bin|/z.bin"
    assert browser.run(f"{choose}('Volume', 'E1/p9')") == "/a.bin"


def press(browser: Browser, key: str) -> None:
    for kind in ("keyDown", "keyUp"):
        browser.send("Input.dispatchKeyEvent", type=kind, key=key, text=key if len(key) == 1 else "")


def test_single_keys_are_told_and_can_be_switched_off(browser: Browser, tmp_path: Path) -> None:
    browser.open(put(tmp_path / "report.html"))
    browser.run("document.body.focus()")
    press(browser, "?")
    assert "Search everything" in browser.run("document.querySelector('dialog[open]').innerText")
    browser.run("document.querySelector('dialog input[type=checkbox]').click()")
    browser.run("document.querySelector('dialog').close()")
    press(browser, "/")
    assert browser.run("document.activeElement.id") != "everywhere"
    press(browser, "?")
    browser.run("document.querySelector('dialog input[type=checkbox]').click()")
    browser.run("document.querySelector('dialog').close()")
    press(browser, "/")
    assert browser.run("document.activeElement.id") == "everywhere"
    press(browser, "f")
    assert browser.run("document.activeElement.value") == "f"  # in a field, a letter is a letter


def test_light_and_dark_need_no_storage_and_no_other_policy(browser: Browser, tmp_path: Path) -> None:
    browser.open(put(tmp_path / "report.html"))
    colour = "getComputedStyle(document.querySelector('main')).backgroundColor"
    assert browser.run(colour) == "rgb(255, 255, 255)"
    browser.run("document.body.focus()")
    press(browser, "d")
    assert browser.run(colour) == "rgb(21, 25, 29)"
    browser.send("Emulation.setEmulatedMedia", media="print")
    assert browser.run(colour) == "rgb(255, 255, 255)"  # paper is light
    browser.send("Emulation.setEmulatedMedia", media="")
    press(browser, "d")
    assert browser.run(colour) == "rgb(255, 255, 255)"
    assert browser.messages == []


def test_a_column_is_sorted_by_keyboard_and_says_so(browser: Browser, tmp_path: Path) -> None:
    browser.open(put(tmp_path / "report.html"))
    head = "document.querySelector('#entries [role=columnheader]')"
    states = []
    for _ in range(3):
        browser.run(f"{head}.querySelector('button').focus()")
        for kind in ("rawKeyDown", "char", "keyUp"):
            browser.send("Input.dispatchKeyEvent", type=kind, key="Enter", windowsVirtualKeyCode=13, text="\r")
        states.append(browser.run(f"{head}.getAttribute('aria-sort')"))
    assert states == ["ascending", "descending", "none"]
    assert browser.run(f"{head}.querySelector('button').tabIndex") == 0
    assert browser.run("[...document.querySelectorAll('main table')].filter((each) => !each.caption).length") == 0
    assert browser.run("document.querySelectorAll('main thead th:not([scope=col])').length") == 0


def test_local_times_are_marked_in_the_plot(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "local.html"
    demo = documents.demo()
    bins = (replace(demo.activity[0], local_unknown=4), *demo.activity[1:])
    with path.open("wb") as out:
        write_html(replace(demo, activity=bins), [], [], out)
    browser.open(path)
    assert browser.run("document.querySelector('.plot-local').getAttribute('d').match(/M/g).length") == 1
    assert "local times of unknown zone: 4 times" in browser.run("document.querySelector('#timeline .plot').innerText")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on the PATH: paper is not read back")
def test_the_handling_mark_stands_on_every_page_of_paper(browser: Browser, tmp_path: Path) -> None:
    mark = 'TLP:AMBER "}</style> \\ é'
    path = tmp_path / "marked.html"
    facts = CaseFacts(report=ReportFacts(handling=mark))
    with path.open("wb") as out:
        write_html(replace(documents.demo(), facts=facts), documents.demo_rows(), [], out)
    browser.open(path)
    browser.run("document.body.focus()")
    data = base64.b64decode(browser.send("Page.printToPDF", preferCSSPageSize=True)["data"])
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(data)
    text = subprocess.run(["pdftotext", "-layout", str(paper), "-"], check=True, capture_output=True, text=True).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert mark in page, number
        assert f"Page {number} of {len(pages)}" in page
    assert browser.messages == []


def test_a_sealed_report_has_the_digest_of_the_store_where_rows_were_left_out(browser: Browser, tmp_path: Path) -> None:
    store = "ab" * 32
    seal = SealRecord(
        store_sha256=store,
        log_lines=12,
        log_sha256="cd" * 32,
        log_head="ef" * 32,
        key=None,
        self_made=False,
        identity="",
        zone=None,
        product="cyberforensics",
        typst="",
    )
    path = tmp_path / "sealed.html"
    with path.open("wb") as out:
        write_html(replace(documents.demo(), seal=seal), documents.demo_rows(), [], out)
    browser.open(path)
    note = browser.run("document.querySelector('#entries .cut').innerText")
    assert f"SHA-256 of case.sqlite: {store}" in note
    assert "54,857 rows left out." in note
