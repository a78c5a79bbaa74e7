"""The workbook of a report, read back from the file: through its XML, and through another library (calamine)."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from functools import cache
from io import BytesIO
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from ehp_eval.accessible_workbook import Number
from ehp_eval.errors import ReportError
from ehp_eval.measures.figures import FIGURE_COLUMNS, figures_frame
from ehp_eval.page_tables import read_page, tables_of_page
from ehp_eval.prose import PageHeader
from ehp_eval.report import render_page
from ehp_eval.tables import Table
from ehp_eval.workbook import number_of, render_workbook

MARKING = "Official - sensitive: contains small numbers, not for publication"
MADE_UP = "Synthetic case records."
DAY = date(2021, 9, 30)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FEW = pd.DataFrame({"Year": ["2019-20", "2020-21"], "Children": [1234, 7], "Share": [0.958, None]})
ROW: dict[str, object] = dict.fromkeys(FIGURE_COLUMNS)
ROW |= {"report": "a-service", "year": "2020-21", "confidence": 0.95, "method": "by hand", "source": "records"}
SHARE_ROW = ROW | {
    "measure": "eoc1",
    "window_days": 365,
    "numerator": 8,
    "denominator": 16,
    "value": 0.5,
    "lower": 0.28,
    "upper": 0.72,
    "unit": "share",
}
COUNT_ROW = ROW | {"measure": "las3", "numerator": 4, "value": 4.0, "lower": 1.1, "upper": 10.2, "unit": "count"}
FIGURES = figures_frame([SHARE_ROW, COUNT_ROW])
PAGE = """<html lang="en"><h1>A service</h1><h2>Results</h2>{}</html>"""


def table(frame: pd.DataFrame = FEW, **words: str) -> Table:
    return Table(frame, **{"caption": "Children accepted", "formats": {"Share": ".1%"}, **words})


def page(*parts: Markup | Table, marking: str = "") -> str:
    banners = [("synthetic", MADE_UP), *([("internal", marking)] if marking else [])]
    header = PageHeader("A service, 2020-21", subtitle="Annual evaluation", council="A council", banners=banners)
    return render_page(header, Section("Results"), *parts)


class Section:
    def __init__(self, title: str) -> None:
        self.title = title

    def _repr_html_(self) -> str:
        return f"<h2>{self.title}</h2>"


def made(html: str, figures: pd.DataFrame = FIGURES) -> bytes:
    return render_workbook(html, figures, created=DAY)


@cache
def public() -> bytes:
    return made(page(table(note="Of those accepted.")))


@cache
def internal() -> bytes:
    return made(page(table(), marking=MARKING))


def rows(book: bytes, sheet: str) -> list[list[object]]:
    read = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return [[cell for cell in row if cell != ""] for row in read]


def parts(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(book)) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def sheets(book: bytes) -> list[ElementTree.Element]:
    found = [words for name, words in parts(book).items() if name.startswith("xl/worksheets/sheet")]
    return [ElementTree.fromstring(words) for words in found]


def below_header(book: bytes, sheet: str, head: str) -> list[list[object]]:
    """The rows of a sheet's table: those beneath the one that begins with this head."""
    read = rows(book, sheet)
    return read[[row[:1] for row in read].index([head]) + 1 :]


def test_sheets_are_cover_contents_notes_then_one_table_each():
    book = CalamineWorkbook.from_filelike(BytesIO(public()))
    assert book.sheet_names == ["Cover", "Contents", "Notes", "Table_1", "Figures"]
    assert [meta.visible for meta in book.sheets_metadata] == [SheetVisibleEnum.Visible] * 5
    assert [len(sheet.findall(f"{SHEET}tableParts/{SHEET}tablePart")) for sheet in sheets(public())] == [0, 1, 1, 1, 1]


def test_cover_says_what_it_is_of_whom_and_for_whom():
    said = [cell for row in rows(public(), "Cover") for cell in row]
    assert said[:4] == ["A service, 2020-21", MADE_UP, "A council", "Annual evaluation"]
    assert said[4].startswith("For publication.")
    assert said[-2:] == ["Contents", "Notes"]


def test_a_sheet_names_its_table_its_section_its_notes_and_the_way_back():
    assert rows(public(), "Table_1") == [
        ["Children accepted"],
        [MADE_UP],
        ["From the section of the report: Results."],
        ["This worksheet contains one table. It refers to [note 1], which is on the worksheet Notes."],
        ["Back to the contents"],
        ["Year", "Children", "Share"],
        ["2019-20", 1234.0, 0.958],
        ["2020-21", 7.0, "[x]"],
    ]


def test_contents_lead_to_every_table():
    assert below_header(public(), "Contents", "Worksheet") == [
        ["Table_1", "Children accepted", "Results", 2.0],
        ["Figures", "Every figure of the report, one in a row", "[z]", 2.0],
    ]
    links = {link.get("location") for sheet in sheets(public()) for link in sheet.iter(f"{SHEET}hyperlink")}
    assert links == {"'Table_1'!A1", "'Figures'!A1", "'Contents'!A1", "'Notes'!A1"}


def test_notes_explain_marks_and_hold_the_notes_of_the_report():
    read = below_header(public(), "Notes", "Mark or note")
    assert [row[0] for row in read] == ["[c]", "[x]", "[z]", "[pub]", "[note 1]", "[note 2]"]
    assert read[4][1] == "Of those accepted."


def test_tables_are_real_ones_named_and_without_filters_fills_or_joined_cells():
    tables = {name: words for name, words in parts(public()).items() if name.startswith("xl/tables/")}
    read = [ElementTree.fromstring(words) for words in tables.values()]
    assert [each.get("name") for each in read] == ["table_1", "table_2", "table_3", "table_4"]
    assert [each.get("name") for each in read[2].iter(f"{SHEET}tableColumn")] == ["Year", "Children", "Share"]
    assert read[2].get("ref") == "A6:C8"
    whole = "".join(parts(public()).values())
    for unwanted in ("<autoFilter", "<mergeCell", "<pane ", 'hidden="1"', "<f>", "<f ", 'patternType="solid"'):
        assert unwanted not in whole, unwanted


def test_an_internal_workbook_bears_its_marking_on_every_sheet_and_page():
    book = internal()
    names = CalamineWorkbook.from_filelike(BytesIO(book)).sheet_names
    assert [rows(book, name)[0] for name in names] == [[MARKING]] * len(names)
    assert [sheet.findtext(f"{SHEET}headerFooter/{SHEET}oddHeader") for sheet in sheets(book)] == [
        "&C" + MARKING
    ] * len(names)
    assert "For internal use only" in rows(book, "Cover")[5][0]
    assert f"<cp:category>{MARKING}<" in parts(book)["docProps/core.xml"]


def test_a_public_workbook_has_no_header_on_its_pages():
    assert not any(sheet.findtext(f"{SHEET}headerFooter/{SHEET}oddHeader") for sheet in sheets(public()))


def test_document_properties():
    core, custom = parts(public())["docProps/core.xml"], parts(public())["docProps/custom.xml"]
    for words in ("<dc:title>A service, 2020-21<", "<dc:subject>Annual evaluation<", "<dc:creator>A council<"):
        assert words in core
    assert "2021-09-30T00:00:00Z" in core
    assert re.search(r'name="Language"><vt:lpwstr>en<', custom)


def test_the_same_content_is_the_same_file():
    assert made(page(table(note="Of those accepted."))) == public()


# What Excel shows of each: the format of the cell beside the number.
@pytest.mark.parametrize(
    ("words", "value", "shown"),
    [
        ("0", 0, "0"),
        ("7", 7, "0"),
        ("2020", 2020, "0"),
        ("1,234", 1234, "#,##0"),
        ("12,345,678", 12345678, "#,##0"),
        ("142.2", 142.2, "0.0"),
        ("\N{MINUS SIGN}3.5", -3.5, "0.0"),
        ("-3.5", -3.5, "0.0"),
        ("+10.0", 10, "+0.0;-0.0;0.0"),
        ("31%", 0.31, "0%"),
        ("95.8%", 0.958, "0.0%"),
        ("£1,234", 1234, '"£"#,##0'),
        ("\N{MINUS SIGN}£0.50", -0.5, '"£"0.00'),
    ],
)
def test_a_cell_that_is_a_number_is_one(words, value, shown):
    assert number_of(words) == Number(value, shown)


@pytest.mark.parametrize(
    "words",
    [
        "007",
        "2020-21",
        "7 of 11",
        "1,23",
        "1234,567",
        "1e5",
        "12 months",
        "%",
        "£",
        "+",
        "1.",
        ".5",
        "[c]",
        "9" * 16,
        "٣",
    ],
)
def test_other_cells_are_text(words):
    assert number_of(words) is None


@pytest.mark.parametrize("words", ["\N{EN DASH}", "not available", ""])
def test_what_is_missing_has_its_mark(words):
    frame = pd.DataFrame({"a": ["x"], "b": pd.Series([words], dtype=object)})
    assert below_header(made(page(table(frame, formats={}))), "Table_1", "a") == [["x", "[x]"]]


def test_hidden_cells_and_long_words_stay_as_they_are():
    frame = pd.DataFrame({"Year": ["2020-21"], "n": ["[c]"], "of": ["[c] of 166 (95% interval 1% to 5%)"]})
    book = made(page(table(frame, formats={})))
    assert below_header(book, "Table_1", "Year") == [["2020-21", "[c]", "[c] of 166 (95% interval 1% to 5%)"]]


def test_what_a_mark_means_stands_once_in_the_words_of_the_page_and_not_in_its_tables_notes():
    hidden = pd.DataFrame({"Year": ["2020-21"], "n": ["[c]"]})
    long = "[c]: hidden so that nobody can be identified: a count of 1 to 4, or a figure about fewer than 20 people."
    both = [table(hidden, formats={}, note=f"First. {long} Last."), table(hidden, formats={}, caption="Other")]
    book = made(page(*both))
    notes = dict(below_header(book, "Notes", "Mark or note"))
    assert notes["[c]"] == "Hidden" + long.removeprefix("[c]: hidden")
    assert notes["[note 1]"] == "First. Last."
    assert not any("[note" in str(row) for row in rows(book, "Table_2"))


def test_a_number_published_before_is_a_number_and_a_line_of_the_sheet_says_so():
    frame = pd.DataFrame({"Year": ["2019-20", "2020-21"], "n": ["1,166 [pub]", "9 (4 to 17) [pub]"]})
    read = rows(made(page(table(frame, formats={}))), "Table_1")
    assert read[-2:] == [["2019-20", 1166.0], ["2020-21", "9 (4 to 17) [pub]"]]
    assert any("marks [pub] had already been published" in str(row[0]) for row in read)


def test_the_data_of_a_chart_has_the_title_of_the_chart():
    html = PAGE.format(f"<figure>{table(caption='Data: Children')._repr_html_()}</figure>")
    assert rows(made(html), "Table_1")[0] == ["Children"]


def test_chart_data_and_notes_of_both_are_there_and_a_table_shown_twice_is_there_once():
    chart = '<figure><svg><text>1,234</text></svg><p class="ehp-note">Dots.</p><details>{}</details></figure>{}'
    html = PAGE.format(chart.format(table(note="Rows.")._repr_html_(), table(note="Rows.")._repr_html_()))
    (found,) = tables_of_page(html)
    assert (found.of_chart, found.heading, found.note) == (True, "Results", "Rows. Dots.")
    assert rows(made(html), "Table_1")[1] == ["The data behind a chart in the section of the report: Results."]


def test_text_is_that_of_the_page():
    html = PAGE.format(
        "<table><caption>A <b>b</b>\n  c</caption><tr><th>a<th></th></tr>"
        "<tr><td><q>so</q> it<br>is<!-- no --></td><td><svg><text>5</text></svg>1&nbsp;&lt; 2</td></tr></table>"
    )
    (found,) = tables_of_page(html)
    assert (found.caption, found.rows) == ("A b c", (("\u201cso\u201d it is", "1\xa0< 2"),))
    assert rows(made(html), "Table_1")[-2] == ["a", "Column 2"]


def test_heads_that_differ_by_case_alone_get_numbers():
    frame = pd.DataFrame([["a", 1, 2]], columns=["Who", "n", "N"])
    assert rows(made(page(table(frame, formats={}))), "Table_1")[-2] == ["Who", "n", "N (2)"]


@pytest.mark.parametrize(
    ("row", "message"),
    [("<tr><td colspan=2>x</td></tr>", "joined cells"), ("<tr><td>x</td></tr>", "different lengths")],
)
def test_a_table_with_cells_under_no_one_head_is_refused(row, message):
    html = PAGE.format(f"<table><caption>Odd</caption><tr><th>a</th><th>b</th></tr>{row}</table>")
    with pytest.raises(ReportError, match=f"'Odd' has .*{message}"):
        read_page(html)


def test_figures_are_tidy_numbers():
    first, second = below_header(public(), "Figures", "Report")
    assert first[:8] == ["a-service", "[z]", "2020-21", "[z]", "[z]", "eoc1", 365, 8]
    assert first[8:] == [16, 0.5, 0.28, 0.72, "share", 0.95, "by hand", "records", "[z]"]
    assert second[5:13] == ["las3", "[z]", 4, "[z]", 4, 1.1, 10.2, "count"]


def numbers(**fields: object) -> list[object]:
    """What a workbook shows of the share above with other fields: window, number, out of, value and limits."""
    frame = pd.DataFrame([SHARE_ROW | fields], columns=[*FIGURE_COLUMNS, "hidden"])
    return below_header(made(PAGE.format(""), frame), "Figures", "Report")[0][6:12]


NOTHING = {"numerator": None, "value": float("nan"), "lower": float("nan"), "upper": float("nan")}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"hidden": "numerator value"}, id="even where the frame should still hold the number"),
        pytest.param(NOTHING | {"hidden": "numerator value"}, id="as in a release"),
        pytest.param(NOTHING | {"numerator": "[c]", "value": "[c]"}, id="as in figures.csv"),
    ],
)
def test_what_a_release_hides_is_marked_and_never_written(fields):
    assert numbers(**fields) == [365, "[c]", 16, "[c]", "[c]", "[c]"]


def test_what_there_is_not_has_another_mark():
    assert numbers(**NOTHING) == [365, "[z]", 16, "[x]", "[x]", "[x]"]
    assert numbers(upper=float("inf")) == [365, 8, 16, 0.5, 0.28, "[x]"]


def test_shares_differences_and_money_have_formats_of_their_own():
    frame = figures_frame([SHARE_ROW, SHARE_ROW | {"unit": "difference of shares"}, COUNT_ROW])
    styles = ElementTree.fromstring(parts(made(PAGE.format(""), frame))["xl/styles.xml"])
    formats = {each.get("formatCode") for each in styles.iter(f"{SHEET}numFmt")}
    assert {"0.0%", "#,##0.000", "#,##0.0"} <= formats


@settings(max_examples=20)
@given(st.text(st.characters(categories=["L", "N", "P", "S"]) | st.sampled_from("=+-@|<>&\"'"), min_size=1))
@example("=1+2")
@example('=HYPERLINK("http://a.b","c")')
@example("+1 of 2")
@example("-1 of 2")
@example("@SUM(A1)")
@example("http://a.b")
@example("internal:'Notes'!A1")
@example("{=1}")
@example("<r><t>a</t></r>")
@example("<r></r>")
@example("_x0041_")
@example("a" * 300)
@example("<script>alert(1)</script> & {{ 7 * 7 }} $$x$$ [a](http://b.c)")
def test_text_is_inert_wherever_it_stands(words):
    frame = pd.DataFrame({words: ["a", words]})
    html = PAGE.format(Table(frame, caption=words, note=words)._repr_html_())
    book = made(html, figures_frame([SHARE_ROW | {"report": words, "note": words}]))
    # A blank after what XlsxWriter would take for markup of its own is all that may be added.
    (title, *_, head, _, cell), figure = rows(book, "Table_1"), rows(book, "Figures")[-1]
    assert title[0].rstrip() == figure[0].rstrip() == figure[-1].rstrip() == words
    assert head[0].rstrip() == words[:200]
    number = number_of(words)
    assert cell[0] == number.value if number else cell[0].rstrip() in (words, "[x]")
    for name, content in parts(book).items():
        ElementTree.fromstring(content)
        assert "<f>" not in content, name
        assert 'TargetMode="External"' not in content, name


def test_what_is_no_text_is_left_out():
    frame = pd.DataFrame({"a\x01": ["b\x00\x1f\ufffe", "c\td\x0b"]})
    html = PAGE.format(Table(frame, caption="C")._repr_html_())
    book = made(html, figures_frame([SHARE_ROW | {"note": "e\x08\nf"}]))
    assert rows(book, "Table_1")[-3:] == [["a"], ["b"], ["c d"]]
    assert rows(book, "Figures")[-1][-1] == "e f"
