"""Which character set bytes are in that no mail names: by what a person could have written with them.

Each set that could be meant decodes a sample, and the most likely text wins. Western Europe wins a draw: most mails
that say nothing come from there.
"""

import unicodedata

_SAMPLE = 3_000  # bytes
# East Asian sets, in the order they are asked: the first whose text looks like its language. With each the bytes of
# its common characters: from and to for the first byte, from for the second.
_EAST_ASIAN = (
    ("cp932", "kana", (0x81, 0x9F, 0x40)),
    ("euc_jp", "kana", (0xA1, 0xCF, 0xA1)),
    ("cp949", "hangul", (0xB0, 0xC8, 0xA1)),
    ("gb18030", "han", (0xA1, 0xD7, 0xA1)),
    ("big5hkscs", "han", (0xA1, 0xC6, 0x40)),
)
_LEAST_SHARE = {"kana": 0.25, "hangul": 0.8, "han": 0.75}
_LATIN = ("cp1252", "cp850", "cp1254", "cp1250", "mac_roman")
_OTHER_ALPHABETS = ("cp1251", "koi8_r", "cp1253", "cp866", "iso8859_5")
_ODD_LETTERS = frozenset("þðýÞÐÝªºƒ")
_FREQUENT = frozenset("оеаинтсрαοιετνσ")  # a third to a half of all letters of Russian and of Greek texts
_SIGNS_IN_TEXT = frozenset("„“”‚‘’–—…•€§°²³½¼¾«»©®±·")
_BEFORE_WORDS = frozenset("¿¡")
_MARGIN = 0.5


def codec_of(raw: bytes) -> str:
    """The likely codec of 8-bit text; `cp1252` when nothing speaks for another."""
    sample = raw[:_SAMPLE]
    high = sum(byte > 0x7F for byte in sample)
    low = sum(65 <= byte & 0xDF <= 90 for byte in sample if byte < 0x80)
    is_mostly_high = high >= 4 and 2 * high > 3 * low
    if high >= 6 and high > low // 2:
        for codec, script, common in _EAST_ASIAN:
            if _looks_east_asian(sample, codec, script, common):
                return codec
    candidates = (*_LATIN, *_OTHER_ALPHABETS) if is_mostly_high else _LATIN
    scores = [(_score(sample, codec), -order, codec) for order, codec in enumerate(candidates)]
    best = max(scores)
    return best[2] if best[0] > scores[0][0] + _MARGIN else "cp1252"


def _looks_east_asian(sample: bytes, codec: str, script: str, common: tuple[int, int, int]) -> bool:
    text = _whole(sample, codec)
    foreign = [character for character in text if character > "\x7f"]
    wanted = sum(_is_of(character, script) for character in foreign)
    if not foreign or wanted < _LEAST_SHARE[script] * len(foreign):
        return False
    first, last, second = common
    pairs = [character.encode(codec, "replace") for character in foreign]
    usual = sum(len(pair) == 2 and first <= pair[0] <= last and pair[1] >= second for pair in pairs)
    return usual >= 0.85 * len(foreign)


def _whole(sample: bytes, codec: str) -> str:
    """The sample decoded, a character cut at its end left out; empty when it is not in this set."""
    try:
        return sample.decode(codec)
    except UnicodeDecodeError as error:
        is_cut = len(sample) == _SAMPLE and error.start >= _SAMPLE - 4
        return sample[: error.start].decode(codec) if is_cut else ""


def _is_of(character: str, script: str) -> bool:
    if script == "kana":
        return "\u3040" <= character <= "\u30ff"
    if script == "hangul":
        return "\uac00" <= character <= "\ud7a3"
    return "\u4e00" <= character <= "\u9fff" or "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uffef"


def _score(sample: bytes, codec: str) -> float:
    """What speaks for this reading, less what speaks against it."""
    text = sample.decode(codec, "replace")
    padded = f" {text} "
    return sum(
        _weight(before, character, after)
        for before, character, after in zip(padded, text, padded[2:], strict=False)
        if character > "\x7f"
    )


def _weight(before: str, character: str, after: str) -> float:
    kind = unicodedata.category(character)
    if (kind in ("Cc", "Co", "Cn", "So") and character not in _SIGNS_IN_TEXT) or character == "\ufffd":
        return -2.0
    if not character.isalpha():
        return _weight_of_sign(before, character, after)
    weight = -0.5 if character in _ODD_LETTERS else 1.3 if character in _FREQUENT else 1.0
    if kind == "Lu" and before.isalpha() and (before.islower() or after.islower()):
        weight -= 2.0  # a capital inside a word
    latin = character < "\u0250"
    for neighbour in (before, after):
        if not neighbour.isalpha():
            continue
        if (neighbour < "\u0250") != latin:
            weight -= 1.5  # two alphabets in one word
        elif latin and neighbour > "\x7f":
            weight -= 0.7  # two accented letters side by side are rare in every language written with Latin letters
    return weight


def _weight_of_sign(before: str, character: str, after: str) -> float:
    if before.isalpha() and after.isalpha():
        return -1.5
    if unicodedata.category(character) in ("Sm", "Sk") or (before > "\x7f" and not before.isspace()):
        return -1.0
    if character in _BEFORE_WORDS:
        return 1.0 if after.isalpha() and not before.isalpha() else -1.0
    return 1.0 if character in _SIGNS_IN_TEXT else -0.5
