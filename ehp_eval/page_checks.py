"""What makes a page unfit to be published, found on the page itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

LARGEST = 1_000_000  # bytes: a report is sent by e-mail and opened on a phone
FILLER = "No description has been provided for this image"  # nbconvert's, where an image has no alt


def page_faults(html: str) -> list[str]:
    """List what makes a page unfit to be published, a sentence each; an empty list where nothing does.

    Parameters
    ----------
    html : str
        The whole page.
    """
    # nbconvert brings Beautiful Soup; Python's own parser tells no tree.
    page = BeautifulSoup(html, "html.parser")
    faults = [*_outputs(page), *_head(page), *_headings(page), *_images(page), *_tables(page)]
    faults += [*_ids(page), *_resources(page), *_unreleased(page)]
    size = len(html.encode())
    if size > LARGEST:
        faults.append(f"The page has {size / 1e6:.1f} MB; it may have {LARGEST / 1e6:.0f} MB at most.")
    return faults


def _outputs(page: BeautifulSoup) -> Iterator[str]:
    for kind, number in Counter(str(mark["data-fault"]) for mark in page.select("[data-fault]")).items():
        cause = "raised an error" if kind == "error" else f"wrote to {kind} (a warning or a print)"
        yield f"{number} cell(s) of the notebook {cause}; run the notebook by hand to see which."


def _head(page: BeautifulSoup) -> Iterator[str]:
    if page.html is None or not page.html.get("lang"):
        yield "The page does not state its language (<html lang>)."
    if page.title is None or not page.title.get_text(strip=True):
        yield "The page has no title: its notebook shows no PageHeader."


def _headings(page: BeautifulSoup) -> Iterator[str]:
    headings = page.find_all(re.compile("^h[1-6]$"))
    firsts = sum(heading.name == "h1" for heading in headings)
    if firsts != 1:
        yield f"The page has {firsts} first-level headings; it needs one, from its PageHeader."
    before = 0
    for heading in headings:
        level = int(heading.name[1])
        words = heading.get_text(" ", strip=True)
        if not words:
            yield f"A heading of level {level} is empty."
        if level > before + 1:
            yield f"The heading '{words}' has level {level} after level {before}: a level is skipped."
        before = level


def _images(page: BeautifulSoup) -> Iterator[str]:
    for image in page.find_all("img"):
        if image.get("alt") is None or FILLER in str(image["alt"]):
            yield "An image has no description; show charts through ehp_eval.charts, which ask for one."
    for drawing in page.find_all("svg"):
        if drawing.get("aria-hidden") == "true":
            continue
        if drawing.get("role") != "img" or not str(drawing.get("aria-label", "")).strip():
            yield "A drawing has no description; show charts through ehp_eval.charts, which ask for one."


def _tables(page: BeautifulSoup) -> Iterator[str]:
    for number, table in enumerate(page.find_all("table"), start=1):
        caption = table.find("caption")
        words = caption.get_text(" ", strip=True) if isinstance(caption, Tag) else ""
        name = f"'{words}'" if words else f"number {number}"
        if not words:
            yield f"Table {name} has no caption; show frames through ehp_eval.tables.Table."
        heads = table.find_all("th")
        if not heads or any(head.get("scope") not in ("col", "row", "colgroup", "rowgroup") for head in heads):
            yield f"Table {name} has heads without a scope; show frames through ehp_eval.tables.Table."


def _unreleased(page: BeautifulSoup) -> Iterator[str]:
    """Find what a public page shows without the mark of a release: nobody has checked its small numbers."""
    if page.html is None or page.html.get("data-audience") != "public":
        return
    for table in page.find_all("table"):
        if table.find_parent(attrs={"data-released": True}) is None:
            caption = table.find("caption")
            words = caption.get_text(" ", strip=True) if isinstance(caption, Tag) else "without a caption"
            yield f"The table '{words}' is not released for publication: make it of report.publishable(frame)."
    for drawing in page.find_all(["svg", "img"]):
        if drawing.get("aria-hidden") != "true" and drawing.find_parent(attrs={"data-released": True}) is None:
            yield "A drawing is not released for publication: make its chart of report.publishable(frame)."
    if page.select_one(".ehp-plain") is not None:
        yield "A value is shown as plain text, which nothing has checked before publication."


def _ids(page: BeautifulSoup) -> Iterator[str]:
    for name, number in Counter(str(part["id"]) for part in page.select("[id]")).items():
        if number > 1:
            yield f"The id '{name}' stands {number} times: the same table or chart is shown more than once."


def _resources(page: BeautifulSoup) -> Iterator[str]:
    if page.find("script") is not None:
        yield "The page holds a script."
    if page.select_one("body style") is not None:
        yield "A style sheet stands in the page, where its policy forbids it."
    for kind in sorted({part.name for part in page.find_all(_FOREIGN)}):
        yield f"The page holds a <{kind}>, which has no place in a report."
    for part in page.find_all(True):
        if any(name.startswith("on") for name in part.attrs):
            yield f"The page holds a script, in an attribute of <{part.name}>."
        for name in _LOADING.get(part.name, ()):
            address = str(part.get(name, "")).strip()
            if address and not address.startswith(("data:", "#")):
                yield f"The page would load a file from elsewhere (<{part.name} {name}>)."
        if "javascript:" in str(part.get("href", "")).lower().replace("\t", ""):
            yield "A link in the page is a script."
        if part.get("style"):
            yield f"A style stands in an attribute of <{part.name}>, where the page's policy forbids it."
        styles = part.get_text() if part.name == "style" else str(part.get("style", ""))
        if _CSS_ADDRESS.search(styles):
            yield f"The page would load a file from elsewhere (a style of <{part.name}>)."


_FOREIGN = ("base", "embed", "form", "frame", "iframe", "object")
_LOADING = {
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "link": ("href",),
    "script": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
_CSS_ADDRESS = re.compile(r"""@import|url\(\s*["']?\s*(?!data:|#|["'\s])""", re.IGNORECASE)
