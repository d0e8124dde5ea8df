"""A sheet as a PDF for files and courts: PDF/A-2a and PDF/UA-1, so it can be kept for long and read aloud.

By typst, which is an extra (`anliegen[pdf]`, 81 MB): without it there is the page to print. The texts travel as data
and are never read as markup; no package is fetched, and no file is read.
"""

import importlib.util
import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

STANDARDS = ["a-2a", "ua-1"]
ROUNDS = 4
_UNSHOWN = re.compile(r'(?:the text|the codepoint) `"(.+?)"`', re.DOTALL)
_QUOTED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
# Of a mail they may come, and JSON writes them so that none of the rounds below would find them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ENDLESS = re.compile(r"\S{1000}(?=\S)")  # a PDF holds no string of more than 32,767 characters: break it here
# What the fonts that come along show for sure.
_SHOWN = re.compile(r"[\n\t\x20-\x7e\xa0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u20ac]")


@cache
def is_there() -> bool:
    """Whether PDFs can be made here."""
    return importlib.util.find_spec("typst") is not None


def made(template: Path, sheet: dict[str, Any]) -> bytes:
    """The bytes of what the template makes of the sheet.

    A character that no font on this machine shows is written as its name in brackets.
    """
    import typst  # noqa: PLC0415  # optional dependency

    text = json.dumps(_drawable(sheet), ensure_ascii=False)
    for _round in range(ROUNDS):
        try:
            return _compiled(typst, template, text)
        except typst.TypstError as error:
            unshown = _unshown(f"{error.message}\n{error.diagnostic}")
            if not unshown:
                raise
            text = "".join(_in_words(sign) if sign in unshown else sign for sign in text)
    return _compiled(typst, template, "".join(sign if _SHOWN.fullmatch(sign) else _in_words(sign) for sign in text))


def _drawable(part: Any) -> Any:
    """The same with what no sheet of paper can hold left out or parted: control characters, endless words."""
    if isinstance(part, dict):
        return {key: _drawable(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_drawable(value) for value in part]
    return _ENDLESS.sub("\\g<0>\u200b", _CONTROLS.sub("", part)) if isinstance(part, str) else part


def _compiled(typst: Any, template: Path, text: str) -> bytes:
    source = template.read_bytes()
    made: bytes = typst.compile(source, sys_inputs={"sheet": text}, format="pdf", pdf_standards=STANDARDS)
    return made


def _unshown(complaint: str) -> set[str]:
    """The characters that the compiler says it cannot show."""
    found = {sign for run in _UNSHOWN.findall(complaint) for sign in _QUOTED.sub(_unquoted, run)}
    return {sign for sign in found if not sign.isascii()}


def _unquoted(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _in_words(sign: str) -> str:
    """The name of a character; what only joins or colours others goes."""
    if unicodedata.category(sign) in ("Cf", "Mn", "Cc", "Cs"):
        return ""
    return f"[{unicodedata.name(sign, f'U+{ord(sign):04X}').lower()}]"
