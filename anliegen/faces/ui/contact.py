"""The way to a person that stands on every page."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """What `ui.contact` shows. `callback` is an e-mail or web address, `hours` a line: "Mo bis Fr 8 bis 18 Uhr"."""

    name: str
    phone: str
    callback: str = ""
    hours: str = ""
    email: str = ""
    address: str = ""

    @property
    def callback_link(self) -> str:
        return self.callback if self.callback.startswith(("https://", "http://", "/")) else f"mailto:{self.callback}"


def tel(phone: str, *, country: str = "49") -> str:
    """The `tel:` address of a number as people write it: "(0341) 123-45" -> "tel:+4934112345"."""
    national = re.sub(r"\(0\)", "", phone) if phone.lstrip().startswith(("+", "00")) else phone
    digits = re.sub(r"[^\d+]", "", national)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = f"+{country}{digits[1:]}"
    return f"tel:{digits}"
