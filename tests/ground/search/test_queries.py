import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext, isolate_apps

from anliegen.ground.search import ANALYSER_VERSION, query, vector
from anliegen.ground.search import queries as queries_of_search
from anliegen.ground.search.models import Indexed
from anliegen.ground.search.queries import FIRST_LOOK, Hit, Restriction, is_rare, look, stale, within

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def letters(db: None) -> Iterator[type[Any]]:
    """A room's own table of search rows: letters, each in a folder."""
    with isolate_apps("anliegen.ground.search"):

        class Letter(Indexed):
            folder = models.BigIntegerField(db_index=True)

            class Meta(Indexed.Meta):
                app_label = "search"
                abstract = False

        with connection.schema_editor() as editor:
            editor.create_model(Letter)
        yield Letter


def put(
    index: type[Any], texts: list[str], *, folders: list[int] | None = None, version: int = ANALYSER_VERSION
) -> None:
    index.objects.bulk_create(
        index(
            tsv=vector([(text, "C")], language="de"),
            version=version,
            at=START + timedelta(minutes=n),
            folder=folders[n] if folders else n,
        )
        for n, text in enumerate(texts)
    )


def hits(index: type[Any], words: str, **asked: Any) -> list[Hit]:
    return look(index, words, **asked).hits


def minutes(found: list[Hit]) -> list[int]:
    return [int((hit.at - START).total_seconds() // 60) for hit in found]


def test_the_newest_come_first(letters: type[Any]) -> None:
    put(letters, ["Gas", "Strom", "Gasrechnung", "Wasser", "Gas"])
    assert minutes(hits(letters, query("Gas"))) == [4, 2, 0]


@pytest.mark.parametrize("text", ["Gas", "selten"])
def test_pages_follow_each_other_without_gap_or_repeat(letters: type[Any], text: str) -> None:
    """Gas stands in every row and is read by time, the other word in few rows and is read from the index of words."""
    rare = set(range(0, 4000, 90))
    put(letters, [f"Gas {'selten' if n in rare else ''}" for n in range(4000)])
    found: list[int] = []
    before: tuple[datetime, int] | None = None
    for _ in range(5):
        page = hits(letters, query(text), before=before, limit=7)
        found += minutes(page)
        before = (page[-1].at, page[-1].pk)
    expected = sorted(rare if text == "selten" else range(4000), reverse=True)
    assert found == expected[:35]


def test_rows_of_the_same_moment_are_told_apart_by_their_key(letters: type[Any]) -> None:
    tsv = vector([("Gas", "C")])
    letters.objects.bulk_create(letters(tsv=tsv, version=1, at=START, folder=n) for n in range(10))
    first = hits(letters, query("Gas"), limit=6)
    second = hits(letters, query("Gas"), limit=6, before=(first[-1].at, first[-1].pk))
    assert len({hit.pk for hit in first + second}) == 10


def test_a_folder_comes_once_with_its_newest_hit(letters: type[Any]) -> None:
    put(letters, ["Gas", "Gas", "Strom", "Gas"], folders=[1, 2, 1, 2])
    found = hits(letters, query("Gas"), per="folder")
    assert [(minute, hit.per) for minute, hit in zip(minutes(found), found, strict=True)] == [(3, 2), (0, 1)]


@pytest.mark.parametrize("share", [0.003, 0.02, 0.3])
def test_pages_show_each_folder_once_however_frequent_the_word(letters: type[Any], share: float) -> None:
    chance = random.Random(7)
    texts = ["Gas" if chance.random() < share else "Strom" for _ in range(6000)]
    folders = [chance.randrange(800) for _ in texts]
    put(letters, texts, folders=folders)
    newest = {folder: n for n, (text, folder) in enumerate(zip(texts, folders, strict=True)) if text == "Gas"}
    expected = sorted(newest.values(), reverse=True)[:36]
    found: list[int] = []
    before: tuple[datetime, int] | None = None
    while page := hits(letters, query("Gas"), per="folder", before=before, limit=12):
        found += minutes(page)
        before = (page[-1].at, page[-1].pk)
        if len(found) >= 36:
            break
    assert found[:36] == expected


def test_what_is_not_allowed_takes_no_place_on_the_page(letters: type[Any]) -> None:
    put(letters, ["Gas"] * 200, folders=[n % 4 for n in range(200)])
    found = hits(letters, query("Gas"), only=Restriction("entry.folder = ANY(%s)", ([1, 2],)), limit=60)
    assert len(found) == 60
    assert {minute % 4 for minute in minutes(found)} == {1, 2}


def test_a_hit_one_may_not_see_does_not_hide_the_one_before_it(letters: type[Any]) -> None:
    put(letters, ["Gas", "Gas", "Gas"], folders=[1, 1, 2])
    only = Restriction("entry.at <> %s", (START + timedelta(minutes=1),))
    assert minutes(hits(letters, query("Gas"), per="folder", only=only)) == [2, 0]
    later = (START + timedelta(minutes=2), 0)
    assert minutes(hits(letters, query("Gas"), per="folder", only=only, before=later)) == [0]


def test_rows_can_be_limited_to_what_a_queryset_holds(letters: type[Any]) -> None:
    put(letters, ["Gas", "Gas", "Strom"], folders=[1, 2, 3])
    some = letters.objects.filter(folder=2)
    assert minutes(hits(letters, query("Gas"), only=within("id", some))) == [1]
    assert hits(letters, query("Gas"), only=within("id", letters.objects.none())) == []


def test_a_hostile_query_is_only_text(letters: type[Any]) -> None:
    put(letters, ["Gas"])
    assert hits(letters, query("Gas'); DROP TABLE search_letter; -- % %s")) == []
    assert letters.objects.count() == 1


def test_rows_of_an_older_analyser_are_named_in_order(letters: type[Any]) -> None:
    put(letters, ["Gas", "Strom"], version=ANALYSER_VERSION - 1)
    put(letters, ["Wasser"])
    rows = list(stale(letters))
    assert [row.version for row in rows] == [ANALYSER_VERSION - 1] * 2
    assert rows[0].pk < rows[1].pk
    assert list(stale(letters).filter(pk__gt=rows[0].pk)) == rows[1:]


def test_a_frequent_word_is_answered_without_the_index_of_words(letters: type[Any]) -> None:
    put(letters, ["Gas"] * (FIRST_LOOK // 10))
    with CaptureQueriesContext(connection) as queries:
        hits(letters, query("Gas"), limit=50)
    assert len(queries) == 1


NOT_FEW: Any = lambda: None  # noqa: E731


def in_folder(folder: int) -> Restriction:
    return Restriction("entry.folder = %s", (folder,))


def test_a_restriction_that_fits_often_is_answered_by_time(letters: type[Any]) -> None:
    put(letters, ["Gas", "Strom"] * 50, folders=[1, 2] * 50)
    page = look(letters, query("Gas"), only=in_folder(1), few=NOT_FEW, limit=3)
    assert (minutes(page.hits), page.is_cut) == ([98, 96, 94], False)
    assert page.on == (page.hits[-1].at, page.hits[-1].pk)


def test_without_words_all_that_fits_is_found(letters: type[Any]) -> None:
    put(letters, ["Gas", "Strom", "Wasser"], folders=[1, 2, 1])
    page = look(letters, "", only=in_folder(1), few=NOT_FEW)
    assert (minutes(page.hits), page.on) == ([2, 0], None)


def test_few_rows_are_found_by_their_keys_however_old_they_are(
    letters: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten_looks(monkeypatch)
    put(letters, ["Gas"] * 60, folders=[1, *[2] * 59])
    few = lambda: Restriction("entry.folder = ANY(%s)", ([1],))  # noqa: E731
    for words in (query("Gas"), ""):
        page = look(letters, words, only=in_folder(1), few=few)
        assert (minutes(page.hits), page.on) == ([0], None)


def test_what_is_too_dear_to_fill_is_cut_and_goes_on_without_gap_or_repeat(
    letters: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten_looks(monkeypatch)
    monkeypatch.setattr(queries_of_search, "FEW_BY_WORDS", -1)
    put(letters, ["Gas"] * 100, folders=[1 if n % 10 == 0 else 1000 + n for n in range(100)])
    found: list[int] = []
    before, cuts = None, 0
    while True:
        page = look(letters, query("Gas"), only=in_folder(1), few=NOT_FEW, before=before, limit=5)
        found, before, cuts = found + minutes(page.hits), page.on, cuts + page.is_cut
        if before is None:
            break
    assert (found, cuts) == ([90, 80, 70, 60, 50, 40, 30, 20, 10, 0], 5)


def test_a_rare_word_is_answered_by_the_index_of_words(letters: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    shorten_looks(monkeypatch)
    put(letters, ["selten"] + ["Gas"] * 99, folders=[1] * 100)
    page = look(letters, query("selten"), only=in_folder(1), few=NOT_FEW)
    assert (minutes(page.hits), page.on) == ([0], None)


def shorten_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries_of_search, "FIRST_LOOK", 10)
    monkeypatch.setattr(queries_of_search, "FURTHEST_LOOK", 20)
    monkeypatch.setattr(queries_of_search, "FURTHEST_WITHIN", 20)


def test_a_word_is_rare_by_how_many_rows_have_it(letters: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    put(letters, ["selten"] * 3 + ["Gas"] * 997)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_letter")
    monkeypatch.setattr(queries_of_search, "FEW_BY_WORDS", 100)
    assert [is_rare(letters, query(words)) for words in ("selten", "Gas", "Gas selten", "niemals")] == [
        True, False, True, True,
    ]  # fmt: skip


def test_a_word_that_was_frequent_once_is_not_read_and_sorted_at_once(
    letters: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten_looks(monkeypatch)
    monkeypatch.setattr(queries_of_search, "FEW_BY_WORDS", 30)
    put(letters, ["Gas"] * 60 + ["Strom"] * 40)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_letter")
    page = look(letters, query("Gas"), limit=5)
    assert (page.hits, page.is_cut) == ([], True)
    found = []
    while page.on is not None and len(found) < 8:
        page = look(letters, query("Gas"), before=page.on, limit=5)
        found += minutes(page.hits)
    assert found[:8] == [59, 58, 57, 56, 55, 54, 53, 52]


@pytest.mark.parametrize("place", [0, 990])
@pytest.mark.parametrize("typed", ["48151", "48151623"])
def test_a_rare_word_of_which_the_planner_knows_nothing_is_found_however_old_it_is(
    letters: type[Any], monkeypatch: pytest.MonkeyPatch, place: int, typed: str
) -> None:
    shorten_looks(monkeypatch)
    monkeypatch.setattr(queries_of_search, "FEW_BY_WORDS", 1)
    put(letters, ["48151623" if n == place else f"Gas {n}" for n in range(1000)])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE search_letter ALTER tsv SET STATISTICS 1")
        cursor.execute("ANALYZE search_letter")
        cursor.execute("EXPLAIN (FORMAT JSON) SELECT FROM search_letter WHERE tsv @@ '48151623'::tsquery")
        assert cursor.fetchone()[0][0]["Plan"]["Plan Rows"] == 5  # the same share of any table: more than FEW_BY_WORDS
    assert minutes(hits(letters, query(typed, prefix=True))) == [place]
    assert is_rare(letters, query("Gas")) is False


def test_what_is_rare_is_the_same_where_the_server_shares_work_among_several(
    letters: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(letters, ["selten"] * 3 + ["Gas"] * 997)
    monkeypatch.setattr(queries_of_search, "FEW_BY_WORDS", 100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_letter")
        for name, value in {"max_parallel_workers_per_gather": 2, "parallel_setup_cost": 0, "parallel_tuple_cost": 0,
                            "min_parallel_table_scan_size": 0}.items():  # fmt: skip
            cursor.execute(f"SET LOCAL {name} = {value}")
        cursor.execute("EXPLAIN (FORMAT JSON) SELECT FROM search_letter WHERE tsv @@ '''gas'''::tsquery")
        assert cursor.fetchone()[0][0]["Plan"]["Node Type"] == "Gather"
    assert [is_rare(letters, query(words)) for words in ("selten", "Gas")] == [True, False]
