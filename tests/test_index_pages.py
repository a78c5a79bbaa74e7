"""The pages that lead to the reports, made over folders that are written by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from ehp_eval.archive import keep_edition, set_aside
from ehp_eval.index_pages import write_earlier_index, write_index_pages, write_year_index
from tests.accessibility import violations
from tests.councils import SERVICES, changed, council_of
from tests.test_archive import COLUMNS, publish, record

MARKING = "not for publication"
COUNCIL = council_of(services={"a": changed(SERVICES["doorstep"], title="Alpha")})


def share(numerator: str, year: str, denominator: str = "100") -> list[str]:
    """One main figure of report a."""
    value = "[c]" if numerator == "[c]" else str(int(numerator) / int(denominator))
    row = {"report": "a", "service": "a", "year": year, "measure": "eoc1", "window_days": "365"}
    row |= {"numerator": numerator, "denominator": denominator, "value": value, "lower": "", "upper": ""}
    row |= {"unit": "share", "method": "Wilson", "source": "records"}
    return [row.get(name, "") for name in FIGURES]


FIGURES = [*COLUMNS, "lower", "upper", "unit", "method", "source"]


def put(outputs: Path, year: str, audience: str, *rows: list[str], **changes: object) -> Path:
    made = record(year)["reports"]
    folder = publish(outputs / year / audience, [], **({"year": year, "reports": made} | changes))
    pd.DataFrame(list(rows), columns=FIGURES).to_csv(folder / "figures.csv", index=False)
    return folder


def page(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def words(path: Path) -> str:
    return text_of(page(path))


def text_of(part: Tag) -> str:
    """What a reader sees, on one line."""
    return " ".join(part.get_text().split())


def cells(table: Tag) -> list[list[str]]:
    return [[text_of(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")]


def links(path: Path) -> list[str]:
    return [str(each["href"]) for each in page(path).select("main a[href]") if not str(each["href"]).startswith("#")]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Two years for the public, one of them internal too; what is no year; and one that is damaged."""
    folder = tmp_path_factory.mktemp("index") / "outputs"
    made = record("2019-20")["reports"]["a"]  # type: ignore[index]
    before = [share("88", "2018-19"), share("75", "2017-18"), share("[c]", "2016-17")]
    put(folder, "2019-20", "public", *before, reports={"a": made | {"answer": "Public of 2019-20."}})
    made = record("2020-21")["reports"]["a"]  # type: ignore[index]
    hostile = made | {"title": "<script>alert(1)</script>", "answer": "Public of 2020-21."}
    gone = made | {"files": {"gone.html": 1, "../secret.html": 1, "javascript:alert(1)": 1}, "answer": "Gone."}
    now = [share("170", "2018-19 to 2019-20", "200"), share("84", "2018-19"), share("75", "2017-18")]
    now.append(share("60", "2016-17"))
    put(folder, "2020-21", "public", *now, reports={"a": hostile, "b": gone}, extract_date="2021-09-30")
    put(folder, "2020-21", "internal", *now, reports={"a": made | {"answer": "Internal of 2020-21."}})
    (folder / "2018-19" / "public").mkdir(parents=True)
    (folder / "2018-19" / "public" / "run.json").write_text("{")
    (folder / "2017-18" / "public").mkdir(parents=True)  # a run that ended before it wrote anything
    put(folder, "drafts", "public", reports={"a": made | {"answer": "A draft."}})
    for audience in ("public", "internal"):
        write_year_index(folder / "2020-21" / audience, COUNCIL)
    write_year_index(folder / "2019-20" / "public", COUNCIL)
    assert write_index_pages(folder) == [folder / "index.html", folder / "index-internal.html"]
    return folder


# All years


def test_the_public_page_knows_nothing_of_internal_reports(outputs):
    text = words(outputs / "index.html")
    assert "internal" not in page(outputs / "index.html").body.decode().lower()  # type: ignore[union-attr]
    assert MARKING not in text
    assert text.index("Public of 2020-21.") < text.index("Public of 2019-20.")
    assert "A draft." not in text


def test_the_internal_page_bears_its_marking_and_leads_to_both(outputs):
    text = words(outputs / "index-internal.html")
    places = [text.index(f"{each}.") for each in ("Public of 2020-21", "Internal of 2020-21", "Public of 2019-20")]
    assert places == sorted(places)
    assert MARKING in text


@pytest.mark.parametrize("name", ["index.html", "index-internal.html"])
def test_a_year_that_cannot_be_read_is_named(outputs, name):
    assert "missing or damaged: 2018-19/public." in words(outputs / name)


@pytest.mark.parametrize(
    "name", ["index.html", "index-internal.html", "2020-21/public/index.html", "2020-21/internal/index.html"]
)
def test_every_link_leads_to_a_file_that_is_there_and_hostile_text_stays_text(outputs, name):
    path = outputs / name
    found = links(path)
    assert len(found) > 3
    assert all((path.parent / each).is_file() for each in found), found
    assert not page(path).find_all("script")


def test_a_report_has_its_answer_its_formats_and_their_sizes(outputs):
    found = cells(page(outputs / "index.html").select("table")[0])
    assert found[0] == ["<script>alert(1)</script>", "Public of 2020-21.", "HTML, 1 kB"]
    assert found[1][1:] == ["Gone.", "not available"]
    assert not page(outputs / "index.html").select("table")[0].select("tbody tr")[1].select("a")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", ["index.html", "2020-21/public/index.html"])
def test_a_list_of_reports_fits_a_phone_and_is_a_table_to_a_screen_reader(browser, outputs, name, width):
    opened = browser.new_page(viewport={"width": width, "height": 800})
    assert violations(opened, (outputs / name).as_uri()) == ""
    listed = opened.locator(".ehp-stack .ehp-scroll").first
    assert listed.evaluate("each => each.scrollWidth <= each.clientWidth")
    row = opened.get_by_role("row").filter(has_text="Public of 2020-21.")
    assert row.get_by_role("rowheader").count() == 1
    assert row.get_by_role("cell").count() == 2
    answer, files = (row.get_by_role("cell").nth(place).bounding_box() for place in (0, 1))
    assert (files["y"] > answer["y"]) == (width == 320)
    opened.close()


def test_without_public_reports_there_is_no_public_page(tmp_path):
    put(tmp_path, "2020-21", "internal")
    (tmp_path / "index.html").write_text("leads to reports that are no longer there")
    assert write_index_pages(tmp_path) == [tmp_path / "index-internal.html"]
    assert not (tmp_path / "index.html").exists()


def test_made_up_records_are_said_of_all_or_of_the_year_that_has_them(tmp_path):
    banner = "Synthetic case records"
    put(tmp_path, "2020-21", "public", records="synthetic")
    write_index_pages(tmp_path)
    assert page(tmp_path / "index.html").select_one(".ehp-banner-synthetic") is not None
    put(tmp_path, "2019-20", "public", council="Another council")
    write_index_pages(tmp_path)
    found = page(tmp_path / "index.html")
    assert found.select_one(".ehp-banner-synthetic") is None
    notes = [banner in text_of(table) for table in found.select(".ehp-table")]
    assert notes == [True, False]
    assert "Reports for 2019-20, Another council" in found.get_text()


# One year


def test_a_year_says_what_changed_since_the_last(outputs):
    tables = page(outputs / "2020-21" / "public" / "index.html").select("table")
    # 88 of 100 then; now the largest cohort.
    then, now = cells(tables[1])[0][2:]
    assert then.startswith("2018-19: 88 of 100 (88%")
    assert now.startswith("2018-19 to 2019-20: 170 of 200 (85%")


def test_a_year_lists_its_revisions_and_keeps_all_of_them_in_a_file(outputs):
    folder = outputs / "2020-21" / "public"
    assert [row[2:] for row in cells(page(folder / "index.html").select("table")[2])] == [
        # A public record does not say whether the records are others.
        ["2018-19", "88 of 100", "84 of 100", "2019-20", "late or corrected data"],
        ["2016-17", "[c] of 100", "60 of 100", "2019-20", "was hidden; can be shown now"],
    ]
    revisions = pd.read_csv(folder / "revisions.csv", dtype="str")
    assert revisions["published_in"].to_list() == ["2019-20", "2019-20"]
    assert revisions["numerator_before"].to_list() == ["88", "[c]"]


def test_without_a_report_of_last_year_the_page_says_so(outputs):
    for folder in (outputs / "2020-21" / "internal", outputs / "2019-20" / "public"):
        assert not (folder / "revisions.csv").exists()
    assert "There is no report of 2019-20 here" in words(outputs / "2020-21" / "internal" / "index.html")


def test_a_damaged_report_of_last_year_is_said_and_stops_nothing(tmp_path):
    last = put(tmp_path, "2019-20", "public")
    (last / "run.json").write_text("{")
    folder = put(tmp_path, "2020-21", "public")
    (folder / "revisions.csv").write_text("of an earlier run")
    write_year_index(folder, COUNCIL)
    assert "The report of 2019-20 cannot be set beside these" in words(folder / "index.html")
    assert not (folder / "revisions.csv").exists()


def test_an_edition_that_was_replaced_keeps_a_page_and_its_figures_are_compared(tmp_path):
    folder = put(tmp_path, "2020-21", "internal", share("90", "2019-20"))
    set_aside(folder)
    put(tmp_path, "2020-21", "internal", share("89", "2019-20"), extract_date="2021-12-31")
    kept = keep_edition(folder)
    assert kept is not None
    write_earlier_index(kept.folder)
    write_year_index(folder, COUNCIL)
    write_index_pages(tmp_path)
    earlier, now = kept.folder / "index.html", folder / "index.html"
    assert "Earlier editions" in words(now)
    assert cells(page(now).select("table")[1])[0][3:] == [
        *("90 of 100", "89 of 100", "2020-21, edition of 4 October 2021", "late or corrected data"),
    ]
    assert "This edition has been replaced." in words(earlier)
    assert MARKING in words(earlier)
    for path in (now, earlier):
        assert all((path.parent / each).is_file() for each in links(path)), links(path)


def test_a_report_that_was_not_renewed_says_so(tmp_path):
    old = record("2020-21", "2021-09-01T08:00:00+00:00")["reports"]["a"]  # type: ignore[index]
    units = [{"report": "a", "outcome": "failed"}]
    folder = put(tmp_path, "2020-21", "public", reports={"a": old}, units=units)
    write_year_index(folder, COUNCIL)
    assert "Not renewed by the latest run; this is the report of 1 September 2021. 7 of 10." in words(
        folder / "index.html"
    )


def test_where_nothing_was_made_there_is_no_page(tmp_path):
    folder = put(tmp_path, "2020-21", "public", reports={})
    write_year_index(folder, COUNCIL)
    assert not (folder / "index.html").exists()
    assert write_index_pages(tmp_path) == []
