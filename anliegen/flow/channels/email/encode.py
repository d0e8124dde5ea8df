"""Text into what a mail may carry: encoded words, folded fields, parameters, quoted-printable."""

import base64
import binascii
import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_LINE = 76
_WORD_BYTES = 42  # of UTF-8 in one encoded word: 56 characters of base64 between `=?utf-8?b?` and `?=`
_ENCODED_LOOK = re.compile(r"=\?.{0,200}\?=")


def one_line(text: str) -> str:
    """Without line ends and control characters: nothing can end the field early."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def words(text: str, *, taken: int = 0) -> str:
    """Unstructured text for a field: as it is when plain ASCII, else RFC 2047 words with spaces between them."""
    line = one_line(text)
    if line.isascii() and not _ENCODED_LOOK.search(line) and all(len(word) < 900 for word in line.split()):
        return line
    return " ".join(_word(piece) for piece in _pieces(line, first=max(12, _WORD_BYTES - taken)))


def phrase(name: str) -> str:
    """A display name: bare, quoted or encoded, as it needs."""
    line = one_line(name)[:200]
    if not line.isascii() or _ENCODED_LOOK.search(line):
        return words(line)
    if _ATOMS.fullmatch(line):
        return line
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def address(given: str) -> str | None:
    """The address as SMTP takes it, its domain in ASCII; None when it is none. Quoted local parts are not sent to."""
    local, _at, domain = given.strip().rpartition("@")
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    try:
        plain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"{local}@{plain}" if _DOMAIN.fullmatch(plain) and ".." not in plain else None


def parameter(name: str, value: str) -> str:
    """A parameter: quoted when ASCII, else as RFC 2231 writes it."""
    line = one_line(value)[:200] or "attachment"
    if line.isascii():
        escaped = line.replace("\\", "_").replace('"', "_")
        return f'{name}="{escaped}"'
    first, *more = re.findall(r"(?:%..|[^%]){1,18}", quote(line, safe=""))
    if not more:
        return f"{name}*=utf-8''{first}"
    return "; ".join([f"{name}*0*=utf-8''{first}", *(f"{name}*{at}*={piece}" for at, piece in enumerate(more, 1))])


def folded(name: str, value: str) -> str:
    """One field with its line ends, folded at spaces to 76 characters where there are any."""
    out: list[str] = []
    line = f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > _LINE and line.strip() and line != f"{name}:":
            out.append(line)
            line = f" {word}"
        else:
            line += f" {word}"
    out.append(line)
    return "\r\n".join(out) + "\r\n"


def lines(text: str) -> str:
    """Line ends as `\\n` only; characters that no text may hold taken out."""
    unified = re.sub(r"\r\n?|[\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "", unified)


def quoted_printable(text: str) -> bytes:
    """UTF-8 in quoted-printable with CRLF. A leading dot and `From ` are encoded: relays change them otherwise."""
    encoded = binascii.b2a_qp(text.encode("utf-8"), istext=True)
    encoded = re.sub(rb"(?m)^\.", b"=2E", encoded)
    encoded = re.sub(rb"(?m)^From ", b"=46rom ", encoded)
    return encoded.replace(b"\n", b"\r\n")


def _word(piece: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece.encode('utf-8')).decode('ascii')}?="


def _pieces(line: str, *, first: int) -> list[str]:
    """The text in pieces of at most `_WORD_BYTES` bytes of UTF-8, no character cut; the first one shorter."""
    pieces: list[str] = []
    piece, size, room = "", 0, first
    for character in line:
        weight = len(character.encode("utf-8"))
        if size + weight > room:
            pieces.append(piece)
            piece, size, room = "", 0, _WORD_BYTES
        piece += character
        size += weight
    return [*pieces, piece]
