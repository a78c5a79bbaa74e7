"""The words: every stream has all of its own, so that a new kind learns at once what it still lacks."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ehp_eval.measures.topics import MEASURE_IDS, TOPICS
from ehp_eval.streams import STREAMS
from ehp_eval.words import say

WORDS = tomllib.loads((Path(__file__).resolve().parents[1] / "ehp_eval/words_en.toml").read_text(encoding="utf-8"))


def needed(name: str) -> list[str]:
    """Keys that reports ask for by the name of a stream."""
    stream = STREAMS[name]
    keys = [f"stream.{name}", *(f"measure.{each}" for each in (stream.main, stream.incidence, stream.closing) if each)]
    if stream.closing:
        keys.append(f"outcome.{name}_closing")
    if not stream.main:  # it has no report of its own
        return keys
    keys += [f"question.{name}", f"brief.need_{name}", f"limits.other_authority_{name}"]
    keys += [f"glance.many_{name}", *([f"glance.closed_{name}"] if stream.closing else [])]
    keys += [f"charts.competing_{name}", f"over_time.gaps_caption_{name}"]
    if stream.windowed:
        keys += [f"outcome.{name}", f"cards.windowed_{name}"]
    else:
        keys += [f"outcome.{name}_event", f"cards.incidence_{name}", f"overview.incidence_at_{name}"]
    if stream.incidence:
        keys.append(f"charts.course_y_{name}")
    if stream.closing:
        keys += [f"cards.closing_{name}", f"charts.windows_{name}"]
    if "looked_after_episodes" in stream.tables:
        keys += [f"method.closing_text_{name}", f"method.with_parents_text_{name}"]
    return keys


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_has_all_its_words(stream: str) -> None:
    pairs = [key.split(".") for key in needed(stream)]
    missing = [f"[{section}] {name}" for section, name in pairs if name not in WORDS[section]]
    assert not missing, f"words_en.toml lacks: {', '.join(missing)}"


def test_every_further_measure_has_a_title_and_every_topic_a_caption() -> None:
    missing = [f"[measure] {measure}" for measure in MEASURE_IDS if measure not in WORDS["measure"]]
    missing += [f"[further] {topic}" for topic in TOPICS if topic not in WORDS["further"]]
    assert not missing, f"words_en.toml lacks: {', '.join(missing)}"


def test_one_several_and_none() -> None:
    forms = [entry for section in WORDS.values() for entry in section.values() if isinstance(entry, dict)]
    assert all("other" in entry and entry.keys() <= {"zero", "one", "other"} for entry in forms)
    assert [say("register.count_open", n=n) for n in (0, 1, 2)] == ["none is open", "one is open", "2 are open"]
    # Without a form for one, that for several stands in.
    assert "1 of 3" in say("charts.so_far", n=1, total=3, year="2020-21", window="12 months")
