"""Telephone numbers as people write them. Pure."""

import re

FEWEST_DIGITS, MOST_DIGITS = 3, 15  # 115 is a number; E.164 ends at fifteen digits
_SIGNS = re.compile(r"[0-9+()/.\s–-]+")


def is_number(phone: str) -> bool:
    """Whether somebody could dial this: digits with the signs that people put between them, and enough of them."""
    digits = sum(sign.isdigit() for sign in phone)
    return bool(_SIGNS.fullmatch(phone)) and FEWEST_DIGITS <= digits <= MOST_DIGITS


def tel(phone: str, *, country: str = "49") -> str:
    """The `tel:` address of a number as people write it: "(0341) 123-45" -> "tel:+4934112345"."""
    national = re.sub(r"\(0\)", "", phone) if phone.lstrip().startswith(("+", "00")) else phone
    digits = re.sub(r"[^\d+]", "", national)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = f"+{country}{digits[1:]}"
    return f"tel:{digits}"
