"""Account numbers (IBAN, ISO 13616) in texts as people write them: with blanks, hyphens, in lower case, over
two lines.

Two letters and two digits stand in every second German sentence ("um 18 Uhr immer"). So it counts only with the length
that its country has and the check of ISO 7064 (mod 97-10), and with more digits than letters, as every country's has.
"""

import re
from collections.abc import Iterator
from functools import cache

# Characters in all, by country: the register of SWIFT.
_LENGTHS = {
    **{"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29},
    **{"BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29},
    **{"ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28},
    **{"HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20},
    **{"LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19},
    **{"MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29},
    **{"PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24},
    **{"SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20},
    "YE": 30,
}
_COUNTRY = "|".join(f"[{land[0]}{land[0].lower()}][{land[1]}{land[1].lower()}]" for land in _LENGTHS)
_APART = r"[ \t\r\n\u00a0\u2009\u202f.-]{0,2}"  # also as columns of a table, or where a line ended
_HEAD = re.compile(rf"(?<!\w)(?P<country>{_COUNTRY}){_APART}[0-9]{_APART}[0-9]")
# Nothing but digits after the country is somebody's account, be one of them mistyped or left out.
_MISTYPED = re.compile(rf"(?<!\w)(?:{_COUNTRY})[ \u00a0]?[0-9]{{2}}(?:[ \t\u00a0-]?[0-9]){{10,30}}(?!\w)")


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """From where to where each stands. What follows it in the line is no part of it."""
    for head in _HEAD.finditer(text):
        body = _rest(_LENGTHS[head["country"].upper()] - 4).match(text, head.end())
        if body is not None and is_iban(text[head.start() : body.end()]):
            yield head.start(), body.end()


def mistyped(text: str) -> Iterator[tuple[int, int]]:
    """What was meant for one, whole: without this its country and check digits would be left standing."""
    return ((found.start(), found.end()) for found in _MISTYPED.finditer(text))


def is_iban(written: str) -> bool:
    """Whether this is the number of an account, however it is parted. Reads ASCII letters and digits alone."""
    signs = "".join(one for one in written.upper() if one.isascii() and one.isalnum())
    if len(signs) != _LENGTHS.get(signs[:2]):
        return False
    if 2 * sum(one.isdigit() for one in signs[4:]) < len(signs) - 4:
        return False
    return int("".join(str(int(one, 36)) for one in signs[4:] + signs[:4])) % 97 == 1


@cache
def _rest(number: int) -> re.Pattern[str]:
    """So many signs after the check digits, and none that goes on."""
    return re.compile(rf"(?:{_APART}[A-Za-z0-9]){{{number}}}(?!\w)")
