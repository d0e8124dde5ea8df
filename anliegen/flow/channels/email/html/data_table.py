"""Tables of data as aligned columns. Tables that only lay a page out are none."""

from lxml.html import HtmlElement

_ROWS, _COLUMNS, _CELL, _WIDTH = 200, 8, 60, 110
_NOT_DATA = ("table", "ul", "ol", "blockquote", "pre", "img", "h1", "h2", "h3")


def lines(element: HtmlElement) -> list[str] | None:
    """The lines of a table with two or more columns of short cells; None when it is no such table."""
    if element.tag != "table" or next(element.iterdescendants(*_NOT_DATA), None) is not None:
        return None
    rows: list[list[str]] = []
    for row in element.iterdescendants("tr"):
        cells = _cells(row)
        if cells is None or len(rows) == _ROWS:
            return None
        if any(cells):
            rows.append(cells)
    widths = _widths(rows)
    if len(widths) < 2 or sum(widths) > _WIDTH:
        return None
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]


def _cells(row: HtmlElement) -> list[str] | None:
    cells: list[str] = []
    for cell in row:
        text = " ".join("".join(cell.itertext()).split())
        if len(text) > _CELL or len(cells) == _COLUMNS or len(cell.findall(".//p")) + len(cell.findall(".//br")) > 1:
            return None
        cells.append(text)
    return cells


def _widths(rows: list[list[str]]) -> list[int]:
    """The width of each column; empty ones, which only make room, count as one."""
    columns = max((len(row) for row in rows), default=0)
    widths = [max(len(row[at]) if at < len(row) else 0 for row in rows) for at in range(columns)]
    return widths if sum(1 for width in widths if width) > 1 else []
