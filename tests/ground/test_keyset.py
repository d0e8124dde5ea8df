"""Pages by keyset: forwards and backwards the same rows, none twice, none left out."""

from hypothesis import given
from hypothesis import strategies as st

from anliegen.ground.keyset import Cut, cut


def read(rows: list[int], size: int, way: str | None = None, at: int | None = None) -> Cut[int]:
    """As a query does it: rows stand newest first, and those that are newer are read from the place upwards."""
    place = rows.index(at) if at is not None else None
    if way == "newer":
        found = rows[:place][::-1]
    else:
        found = rows[place + 1 :] if place is not None else rows
    return cut(found[: size + 1], size=size, way=way)


@given(count=st.integers(0, 40), size=st.integers(1, 12))
def test_going_on_and_back_again_shows_each_row_once_and_the_same_pages(count: int, size: int) -> None:
    rows = list(range(count, 0, -1))
    pages = [read(rows, size)]
    while (last := pages[-1].older) is not None:
        pages.append(read(rows, size, "older", last))
    assert [row for page in pages for row in page.items] == rows
    back = [pages[-1].items]
    here = pages[-1]
    while here.newer is not None:
        here = read(rows, size, "newer", here.newer)
        back.insert(0, here.items)
    assert back == [page.items for page in pages]


def test_nothing_at_all_has_no_page_beside_it() -> None:
    assert cut([], size=5, way=None) == Cut([], None, None)


def test_a_first_page_that_holds_all_has_none_beside_it() -> None:
    assert cut([3, 2, 1], size=3, way=None) == Cut([3, 2, 1], None, None)
