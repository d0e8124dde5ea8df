"""Small signs for people: initials and a tint that stays the same for the same name."""

from functools import lru_cache
from zlib import crc32

TINTS = 6


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """ "Dr. Jana von Köhler" -> "JK": first and last word; titles, particles and brackets are passed over."""
    words = [word.strip("()[]\"',") for word in name.replace("-", " ").split()]
    capital = [word for word in words if word[:1].isalpha() and not word.endswith(".") and word[0].isupper()]
    chosen = capital or [word for word in words if word[:1].isalnum()]
    if not chosen:
        return "?"
    return (chosen[0][0] + (chosen[-1][0] if len(chosen) > 1 else "")).upper()


@lru_cache(maxsize=4096)
def tint(name: str) -> int:
    """1 to 6. Only for telling avatars apart at a glance; the name always stands beside it."""
    return crc32(name.encode()) % TINTS + 1
