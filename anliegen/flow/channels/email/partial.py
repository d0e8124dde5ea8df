"""message/partial (RFC 2046, 5.2.2): a mail that was sent in pieces. Each comes by itself; they are not joined here."""

from anliegen.flow.channels.email.mime import Part

TYPE = "message/partial"


def words(part: Part) -> str:
    """Which piece it is, in both languages: nothing of it can be read before all are put together."""
    number, total = (part.type_parameters.get(name, "").strip() for name in ("number", "total"))
    number, total = (each if each.isascii() and each.isdigit() and len(each) <= 6 else "" for each in (number, total))
    german = f"Teil {number or '?'}{f' von {total}' if total else ''} einer zerlegten Nachricht"
    english = f"part {number or '?'}{f' of {total}' if total else ''} of a message that was sent in pieces"
    return f"{german} ({english})"


def name(part: Part) -> str:
    """Of the file that is kept."""
    number = part.type_parameters.get("number", "").strip()
    return f"part-{number}.txt" if number.isascii() and number.isdigit() and len(number) <= 6 else "part.txt"
