"""Amounts as people write them: in cents, and back. Pure."""

import re

MOST_CENTS = 100_000_000  # a million; whoever means more means something else
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:[.\s’']\d{3})+|\d+)(?:[.,](?P<part>\d{1,2}))?")
_WITH_SIGN = re.compile(
    rf"(?:(?P<before>€|\bEUR\b|\bCHF\b)\s?)?(?<![\d.,])(?:{_AMOUNT.pattern})(?![\d])(?:,[-–]+)?"
    r"(?:\s?(?P<after>€|EUR\b|Euro\b|CHF\b))?"
)
SIGNS = {"EUR": "€", "CHF": "CHF"}


def cents_of(written: str) -> int | None:
    """25, 25,5, 25.50, 1.234,50 or 1 234 as cents; None for what is no amount, for nothing and for too much.

    A point before three digits parts thousands, as Germans write; one before one or two digits parts cents.
    """
    bare = written.strip().removesuffix("€").removesuffix("EUR").removesuffix("CHF").strip()
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        return None
    whole = int(re.sub(r"\D", "", found["whole"]))
    cents = whole * 100 + int((found["part"] or "0").ljust(2, "0"))
    return cents if 0 < cents <= MOST_CENTS else None


def first_in(text: str) -> tuple[int, str] | None:
    """The first amount that stands in a text with its currency, as cents and code: 25 €, EUR 1.234,50, 12.50 CHF."""
    for found in _WITH_SIGN.finditer(text):
        sign = found["before"] or found["after"]
        cents = cents_of(found["whole"] + (f",{found['part']}" if found["part"] else "")) if sign else None
        if cents is not None:
            return cents, "CHF" if sign == "CHF" else "EUR"
    return None


def amount(cents: int, currency: str, *, german: bool) -> str:
    """25,00 € or €25.00; a currency without a sign of its own by its code."""
    whole = f"{cents // 100:,}".replace(",", "." if german else ",")
    number = f"{whole}{',' if german else '.'}{cents % 100:02d}"
    sign = SIGNS.get(currency, currency)
    return f"€{number}" if sign == "€" and not german else f"{number}\u00a0{sign}"
