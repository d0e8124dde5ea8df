"""Whether a text says anything at all: keys struck at random, one letter over and over, nothing."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from anliegen.flow.automation.signals.words import LONGEST

_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[a-zäöüßàâçéèêëîïôûùœæąćęłńóśźżğışñáíúìò]+")
_VOWELS = frozenset("aeiouyäöüàâéèêëîïôûùœæąęóıáíúìò")
_LONGEST_WITHOUT_VOWEL = 5  # letters: "Angstschweiß" has eight with a sch, which counts as one below
_ONE_SOUND = re.compile(r"sch|ch|ck|th|ph|sz|cz|rz|pf|st|tz|ng")
_ROWS = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm", "qwertyuiop", "zxcvbnm", "azertyuiop", "qsdfghjklm")
_FEWEST_LETTERS = 3
# Short words that have no vowel and mean something all the same.
_KNOWN = frozenset(
    [
        "gmbh",
        "kwh",
        "pdf",
        "kfz",
        "tv",
        "sms",
        "www",
        "str",
        "nr",
        "dr",
        "mfg",
        "mfg",
        "sgdh",
        "vg",
        "lg",
        "bzw",
        "inkl",
        "zzgl",
        "ggf",
        "hr",
        "fr",
        "pp",
        "kg",
        "km",
        "mm",
        "cm",
        "pm",
        "html",
    ]
)


@dataclass(frozen=True, slots=True)
class Sense:
    """`reason`: "", or empty, keys, repeated; `share` is the share of letters in words that nobody can say."""

    is_nonsense: bool
    reason: str
    share: float


def sense(text: str) -> Sense:
    """Whether somebody could have meant it. A hint that it fits no category; it refuses nothing."""
    words = [word.lower() for word in _LETTERS.findall(text[:LONGEST])]
    letters = sum(map(len, words))
    if letters < _FEWEST_LETTERS:
        return Sense(not any(each.isdigit() for each in text), "empty", 1.0)
    if letters >= 8 and _is_one_thing_over_and_over(words):
        return Sense(True, "repeated", 1.0)
    unsaid = sum(len(word) for word in words if is_unsayable(word))
    share = unsaid / letters
    return Sense(share >= 0.5, "keys" if share >= 0.5 else "", share)


@lru_cache(maxsize=1 << 14)
def is_unsayable(word: str) -> bool:
    """Whether a word in Latin letters has no vowel, too many consonants in a row, or is a row of the keyboard."""
    if word in _KNOWN or not _LATIN.fullmatch(word) or len(word) < 4:
        return False
    if _along_the_keys(word) or not _VOWELS & set(word):
        return True
    sounds = _ONE_SOUND.sub("c", word[:60])
    run = longest = 0
    for letter in sounds:
        run = 0 if letter in _VOWELS else run + 1
        longest = max(longest, run)
    return longest > _LONGEST_WITHOUT_VOWEL or len(word) > 45 or _changes_too_oddly(word)


def _along_the_keys(word: str) -> bool:
    """Four neighbouring keys and more, there or back, that make up most of the word."""
    best = 0
    for row in _ROWS:
        for keys in (row, row[::-1]):
            for start in range(len(keys) - 3):
                if keys[start : start + 4] in word:
                    best = max(best, 4 * word.count(keys[start : start + 4]))
    return best * 2 >= len(word) and not word.startswith(("tuio", "werte", "poiu")) and word not in ("quer", "were")


def _changes_too_oddly(word: str) -> bool:
    """Letters that stand together in no word of ours: q without u, and such."""
    odd = sum(word.count(pair) for pair in _ODD)
    return odd >= 2 or (odd == 1 and len(word) <= 6)


# Pairs that stand in no word of ours, by their first letter.
_AFTER = {
    "q": "wxzjkfgds", "x": "zqjk", "z": "xqj", "j": "xqzkfghw", "v": "qxzj", "w": "qxj", "f": "qxj", "k": "qxj",
    "h": "xq", "g": "xq", "b": "qx", "c": "xj", "p": "qx", "m": "qx", "d": "qx", "y": "qxj", "s": "x",
    "l": "xq", "ä": "q", "ö": "q",
}  # fmt: skip
_ODD = tuple(first + second for first, seconds in _AFTER.items() for second in seconds)


def _is_one_thing_over_and_over(words: list[str]) -> bool:
    """Little told by many letters: less than 1.6 bits a letter, or one word said six times and nothing else."""
    if len(words) >= 6 and len(set(words)) == 1:
        return True
    counts = Counter("".join(words))
    total = sum(counts.values())
    bits = -sum(count / total * math.log2(count / total) for count in counts.values())
    return bits < 1.6
