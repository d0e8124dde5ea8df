"""Where a marked passage stands in a text. Pure. White space counts as one space, since a browser draws it so."""

from collections.abc import Iterable

LONGEST = 2000  # signs of a passage; more is no passage any more


def find(text: str, words: str, near: int) -> tuple[int, int] | None:
    """From where to where these words stand in the text: of several places the one that begins nearest to `near`."""
    wanted = "".join(words.split())
    if not wanted or len(words) > LONGEST:
        return None
    letters = [(place, sign) for place, sign in enumerate(text) if not sign.isspace()]
    joined = "".join(sign for _place, sign in letters)
    places: list[tuple[int, int]] = []
    begin = joined.find(wanted)
    while begin != -1:
        places.append((letters[begin][0], letters[begin + len(wanted) - 1][0] + 1))
        begin = joined.find(wanted, begin + 1)
    return min(places, key=lambda place: (abs(place[0] - near), place), default=None)


def apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same passages in their order; what overlaps or touches is one."""
    found: list[tuple[int, int]] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(ends, found[-1][1]))
        else:
            found.append((begins, ends))
    return found
