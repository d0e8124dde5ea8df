"""What is named as it stands: numbers of meters and contracts, amounts, quantities, days, hours, addresses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MONTH = (
    r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
    r"|January|February|March|May|June|July|October|December)"
)
_LABEL = (
    r"(?:Zähler|Kunden|Vertrags|Rechnungs|Auftrags|Vorgangs|Bestell|Mitglieds|Referenz|Geräte|Seriennummer|Serien|Kassen"
    r"|Aktenz|Buchungsz|Marktlokation|MaLo|Abnahmestelle|Tonnen|Behälter|Fehler|Meter|Customer|Contract|Invoice|Order|Account)"
)
# Each alternative is bounded, so that no text makes it slow. The order is that of who takes a passage first.
_FACT = re.compile(
    rf"(?P<number>\b{_LABEL}(?:nummer|nr\.?|zeichen|eichen|-Nr\.?|-ID|-Nummer|stand|snummer|\s?number|\s?no\.?)?"
    rf"(?:\s?(?:lautet|ist|is|:|Nr\.?|Nummer|number))?\s?[A-Z]{{0,6}}[-\s]?\d[\dA-Z./-]{{2,24}}(?<![./-]))"
    r"|(?P<iban>\b[A-Z]{2}\d{2}(?:\s?\d{4}){4}(?:\s?\d{1,4})?\b)"
    r"|(?P<amount>(?:€\s?\d{1,3}(?:[.,\s]?\d{3}){0,3}(?:[.,]\d{2})?\b)"
    r"|(?<![\d.,])\d{1,3}(?:[.\s]?\d{3}){0,3}(?:[.,](?:\d{2}|-))?\s?(?:€|EUR\b|Euro\b|Cent\b))"
    r"|(?P<quantity>(?<![\d.,])\d{1,9}(?:\.\d{3}){0,3}(?:,\d{1,3})?\s?(?:kWh|MWh|kWp|kW|m³|cbm|Kubikmeter|Liter|°C|Grad|%|"
    r"Prozent|Personen)(?!\w))"
    rf"|(?P<day>(?<![\d.])(?:\d{{4}}-\d{{2}}-\d{{2}}\b|\d{{1,2}}\.\s?\d{{1,2}}\.(?:\s?\d{{4}}\b|\d{{2}}\b)?"
    rf"|\d{{1,2}}\.?\s?{_MONTH}(?:\s\d{{4}})?\b)|\b{_MONTH}\s\d{{4}}\b)"
    r"|(?P<hour>(?<![\d.])\d{1,2}(?:[:.]\d{2})?\s?Uhr\b)"
    r"|(?P<place>\b[A-ZÄÖÜ][\wäöüß-]{1,30}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|steig|hof)\s\d{1,4}"
    r"(?:\s?[a-z])?\b(?:,\s?\d{5}\s[A-ZÄÖÜ][\wäöüß-]{1,30})?)"
    r"|(?P<code>\b(?:[A-Z]{1,6}[-/]?\d[\dA-Z/-]{4,24}|\d{6,24})\b)",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """`text[start:end]`; `kind`: number, iban, amount, quantity, day, hour, place or code."""

    kind: str
    start: int
    end: int


def facts(text: str, start: int, end: int) -> Iterator[Fact]:
    """Those of this passage, in their order."""
    for found in _FACT.finditer(text, start, end):
        yield Fact(found.lastgroup or "code", found.start(), found.end())
