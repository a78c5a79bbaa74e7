"""Words as display objects: a page's header, its answer, headings, paragraphs and quotations.

Every text is escaped, so that a title or note with markup in it appears as text; a text that is already
`markupsafe.Markup` (made by `quoted`, `link` or `sentence`) is left as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from ehp_eval.arrangement import Headings
from ehp_eval.errors import ReportError
from ehp_eval.tables import unbroken
from ehp_eval.words import language as language_in_use
from ehp_eval.words import say

BANNERS = ("synthetic", "excluded", "public", "internal")
VERDICT_KINDS = ("continue", "watch", "consider_redirection")


class _Display:
    """Something with HTML for the page and plain text for a terminal."""

    def __init__(self, html: Markup) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return str(self._html)

    def __repr__(self) -> str:
        return self._html.striptags()


class PageHeader(_Display):
    """The head of a page; prints its only first-level heading.

    Parameters
    ----------
    title : str
        The page's title, also the title of the HTML and PDF file.
    subtitle : str
        One line beneath it, such as the year and the service's kind.
    council : str
        Whose report it is.
    banners : sequence of (kind, text)
        Kind `"synthetic"`: made from synthetic records; `"excluded"`: without rows at fault; `"internal"`: may not
        be shared (the PDF repeats this one on every page), `"public"`: small counts are hidden.
    headings : sequence of (title, parts)
        The headings of the page, each with the ids of the parts of the notebook beneath it; those of the notebook
        where there are none. See `ehp_eval.arrangement`.
    audience : {"public", "internal"}, optional
        For whom a report is: on a public one every table and chart must be made from a release.
    language : str, optional
        ISO 639-1 code of the page's language; the language of the words in use by default.
    """

    def __init__(
        self,
        title: str,
        *,
        subtitle: str,
        council: str,
        banners: Sequence[tuple[str, str]] = (),
        headings: Headings = (),
        audience: str = "",
        language: str | None = None,
    ) -> None:
        if not title.strip():
            raise ReportError("A page has no title (PageHeader(title, ...))")
        unknown = {kind for kind, _ in banners} - set(BANNERS)
        if unknown:
            raise ReportError(f"Unknown kind of banner: {', '.join(sorted(unknown))}; use {' or '.join(BANNERS)}")
        strips = Markup("").join(
            Markup('<p class="ehp-banner ehp-banner-{}">{}</p>\n').format(kind, text) for kind, text in banners
        )
        super().__init__(
            Markup(
                '<header class="ehp-header" data-audience="{}" data-headings="{}">\n'
                '<div class="ehp-band"><p class="ehp-council">{}</p>\n'
                '<h1 lang="{}">{}</h1>\n<p class="ehp-subtitle">{}</p></div>\n{}</header>'
            ).format(audience, json.dumps(headings), council, language or language_in_use(), title, subtitle, strips)
        )


class Headline(_Display):
    """The panel that answers the page's question on the first screen.

    Parameters
    ----------
    question, answer : str
        The question that the page is for, and its answer in a sentence.
    glance : sequence of (question, answer, detail)
        What is read at a glance: does it work, for how many, how sure are we, what next. An answer is a few words,
        its detail a line or two, or nothing.
    verdict : (word, kind), optional
        The verdict's name, and which of `VERDICT_KINDS` it is: each has a shape of its own beside its colour.
    brief : sequence of (term, sentences)
        What a committee member asks then, each with its answer in a sentence or two.
    """

    def __init__(
        self,
        question: str,
        answer: str,
        *,
        glance: Sequence[tuple[str, str, str]] = (),
        verdict: tuple[str, str] | None = None,
        brief: Sequence[tuple[str, str]] = (),
    ) -> None:
        if verdict and verdict[1] not in VERDICT_KINDS:
            raise ReportError(f"Unknown kind of verdict: {verdict[1]}; use one of {', '.join(VERDICT_KINDS)}")
        at_once = Markup("").join(
            Markup('<div><dt>{}</dt>\n<dd><strong>{}</strong> <span class="ehp-detail">{}</span></dd></div>\n').format(
                asked, unbroken(short), unbroken(detail)
            )
            for asked, short, detail in glance
        )
        items = Markup("").join(Markup("<div><dt>{}</dt>\n<dd>{}</dd></div>\n").format(*item) for item in brief)
        super().__init__(
            _HEADLINE.format(
                kind=Markup(" ehp-{}").format(verdict[1]) if verdict else "",
                label=say("page.headline"),
                verdict=_VERDICT.format(kind=verdict[1], label=say("page.verdict"), word=verdict[0]) if verdict else "",
                question=question,
                answer=answer,
                glance=Markup('<dl class="ehp-glance">\n{}</dl>\n').format(at_once) if glance else "",
                brief=Markup('<dl class="ehp-brief">\n{}</dl>\n').format(items) if brief else "",
            )
        )


class KeyFigures(_Display):
    """A row of cards, each a large figure, what it counts and a detail (which may be empty)."""

    def __init__(self, figures: Iterable[tuple[str, str, str]]) -> None:
        card = Markup(
            '<li><span class="ehp-big">{}</span> <span class="ehp-label">{}</span>'
            ' <span class="ehp-detail">{}</span></li>\n'
        )
        cards = Markup("").join(card.format(*figure) for figure in figures)
        # Safari drops the list where it has no bullets, unless its role is given.
        super().__init__(Markup('<ul class="ehp-cards" role="list">\n{}</ul>').format(cards))


class Heading(_Display):
    """A heading; level 2 opens a section and stands in the list of contents."""

    def __init__(self, text: str, level: int = 2) -> None:
        if level not in range(2, 7):
            raise ReportError(f"A heading's level is 2 to 6, not {level}: level 1 is the page's own (PageHeader)")
        super().__init__(Markup("<h{0}>{1}</h{0}>").format(level, text))


class NotPublic(_Display):
    """Stands for a part of a report that the public form does not have; the page names its section at the end."""

    def __init__(self) -> None:
        super().__init__(Markup('<template class="ehp-not-public"></template>'))


class Paragraph(_Display):
    """A paragraph made of texts, joined as they are."""

    def __init__(self, *parts: str) -> None:
        super().__init__(_paragraphs([Markup("").join(parts)]))


class Bullets(_Display):
    """A list of texts, numbered where `ordered`."""

    def __init__(self, items: Iterable[str], *, ordered: bool = False) -> None:
        lines = Markup("").join(Markup("<li>{}</li>\n").format(item) for item in items)
        super().__init__(Markup("<{0}>\n{1}</{0}>").format("ol" if ordered else "ul", lines))


class Callout(_Display):
    """A boxed remark that must not be read past, with a title where it helps."""

    def __init__(self, *parts: str, title: str | None = None) -> None:
        head = Markup('<p class="ehp-callout-title">{}</p>\n').format(title) if title else ""
        super().__init__(
            Markup('<div class="ehp-callout" role="note">\n{}{}</div>').format(
                head, _paragraphs([Markup("").join(parts)])
            )
        )


class Quote(_Display):
    """Words of a source, marked as such, with the source's title beneath."""

    def __init__(self, text: str, source: str) -> None:
        super().__init__(
            Markup('<figure class="ehp-quote"><blockquote><p>{}</p></blockquote>\n'
                   "<figcaption>{}</figcaption></figure>").format(text, source)
        )  # fmt: skip


def quoted(text: str) -> Markup:
    """Mark words as quoted from a source, within a sentence (`<q>` prints the quotation marks)."""
    return Markup("<q>{}</q>").format(text)


def link(text: str, href: str) -> Markup:
    """Make a link to a place in the page (`#id`) or a file beside it.

    Raises
    ------
    ReportError
        When `href` leads out of the folder of reports: a report stands on its own.
    """
    if re.match(r"[a-z][a-z0-9+.-]*:|//|/|\\", href, flags=re.IGNORECASE):
        raise ReportError("A link in a report leads to a file beside it or a place in it, not to another site")
    return Markup('<a href="{}">{}</a>').format(href, text)


def sentence(key: str, **values: object) -> Markup:
    """Return the words for `key` as `say` does, escaped, with values that are `Markup` left as they are."""
    marks = {name: f"\x02{name}\x03" for name, value in values.items() if isinstance(value, Markup)}
    words = str(escape(say(key, **{**values, **marks})))
    for name, mark in marks.items():
        words = words.replace(mark, str(values[name]))
    return Markup(words)


def _paragraphs(texts: Iterable[str]) -> Markup:
    return Markup("\n").join(Markup("<p>{}</p>").format(text) for text in texts)


_HEADLINE = Markup("""\
<section class="ehp-headline{kind}" aria-label="{label}">
<div class="ehp-asked"><h2>{question}</h2>
{verdict}</div>
{glance}<p class="ehp-answer">{answer}</p>
{brief}</section>""")
_VERDICT = Markup("""\
<p class="ehp-verdict ehp-verdict-{kind}">\
<span class="ehp-shape" aria-hidden="true"></span>{label} <strong>{word}</strong></p>
""")
