"""Numbers as people write them: "1.234", "1,2 MB"."""

from anliegen.faces.ui.dates import words
from anliegen.ground.money import amount

UNITS = ("kB", "MB", "GB", "TB")
THIN = "\u202f"


def number(value: float, *, digits: int = 0, language: str | None = None) -> str:
    """With the separators of the language: 1234.5 -> "1.234,5" or "1,234.5"."""
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if words(language).german else text


def percent(share: float, *, whole: bool = False, language: str | None = None) -> str:
    """A share of 1 in per cent, with a digit after the comma below ten and above ninety: 0.976 -> "97,6 %".

    `whole` leaves the digit out, for what is not known so exactly.
    """
    digits = 0 if whole or 0.1 <= share <= 0.9 or share in (0, 1) else 1
    text = number(share * 100, digits=digits, language=language)
    return f"{text}{THIN}%" if words(language).german else f"{text}%"


def size(count: int, *, language: str | None = None) -> str:
    """Bytes in decimal units with two telling digits: 1234567 -> "1,2 MB"."""
    if count < 1000:
        unit = "Byte" if words(language).german else "byte" if count == 1 else "bytes"
        return f"{count}{THIN}{unit}"
    amount, place = count / 1000, 0
    while amount >= 999.5 and place < len(UNITS) - 1:
        amount, place = amount / 1000, place + 1
    digits = 1 if amount < 9.95 else 0
    return f"{number(amount, digits=digits, language=language)}{THIN}{UNITS[place]}"


def money(cents: int, currency: str, *, language: str | None = None) -> str:
    """Cents as an amount: 2500, "EUR" -> "25,00 €" or "€25.00"."""
    return amount(cents, currency, german=words(language).german)
