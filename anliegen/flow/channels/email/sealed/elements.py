"""How many elements an ASN.1 encoding has (X.690), before anybody builds a value of each."""

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F


def are_more_than(most: int, encoded: bytes) -> bool:
    """Whether more elements than `most` stand in it, each within another counted too. What is damaged ends the count.

    The header of an element that holds others is followed by the first of them, so one walk meets them all.
    """
    at, end, count = 0, len(encoded), 0
    while at < end:
        count += 1
        if count > most:
            return True
        header = _header(encoded, at)
        if header is None:
            return False
        begins, length = header
        if count == 1 and length is not None:
            end = min(end, begins + length)  # what stands behind the whole is no part of it
        is_primitive = not encoded[at] & _CONSTRUCTED
        at = begins + (length or 0) if is_primitive else begins
    return False


def _header(encoded: bytes, at: int) -> tuple[int, int | None] | None:
    """Where the contents begin, and their length: None for one that a mark ends. None when there is no header."""
    try:
        at += 1
        if encoded[at - 1] & _LONG_TAG == _LONG_TAG:
            while encoded[at] & 0x80:
                at += 1
            at += 1
        first = encoded[at]
    except IndexError:
        return None
    if first < 0x80:
        return at + 1, first
    if first == 0x80:
        return at + 1, None
    begins = at + 1 + (first & 0x7F)
    return begins, int.from_bytes(encoded[at + 1 : begins])
