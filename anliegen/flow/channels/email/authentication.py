"""What the operator's own mail servers found out about the sender (RFC 8601, RFC 8617)."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from anliegen.flow.channels.email import headers
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import Authentication

METHODS = ("spf", "dkim", "dmarc", "arc")
LONGEST = 10_000  # characters of one field
_METHOD = re.compile(
    r"\s*([a-z][a-z0-9-]{0,20})(?:\s*/\s*\d{1,3})?\s*=\s*([a-z]{2,12})\b(.*)", re.IGNORECASE | re.DOTALL
)
_PROPERTY = re.compile(
    r"\b([a-z]{2,12})\s{0,3}\.\s{0,3}([a-z][a-z0-9_-]{0,20})\s{0,3}=\s{0,3}(\S{1,400})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One method and how it ended, with its properties such as `header.d`, all in lower case."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


def findings(root: Part, trusted: Collection[str], defects: Defects) -> tuple[Finding, ...]:
    """What the servers named in `trusted` (authserv-ids) wrote. Anybody can write this field: others count nothing.

    A server writes its fields on top of what it was given, so what stands below the next `Received` is not its own; and
    of each method only the topmost field counts. The server must still remove fields that carry its own name (RFC 8601,
    section 5): one right below its own cannot be told apart. ARC counts by the server's own `arc=` alone: what stands
    in `ARC-Authentication-Results` is worth nothing before somebody has checked its seal (RFC 8617, section 5.2).
    """
    names = {name.lower() for name in trusted}
    if not names:
        return ()
    found: dict[str, list[Finding]] = {}
    seen: set[str] = set()
    over: set[str] = set()
    for name, value in root.fields:
        if name == "received":
            over |= seen
        if name != "authentication-results":
            continue
        server, results = _parsed(headers.text_of(value[:LONGEST], defects))
        if server in names and server not in over:
            seen.add(server)
            _take(results, found)
    return tuple(finding for method in METHODS for finding in found.get(method, ()))


def read(found: Sequence[Finding]) -> Authentication:
    """One result for each method."""
    results: dict[str, str] = {}
    for finding in found:
        # One good signature is enough: lists and newsletters add broken ones beside it.
        if finding.method not in results or (finding.method == "dkim" and finding.result == "pass"):
            results[finding.method] = finding.result
    return Authentication(
        spf=results.get("spf"), dkim=results.get("dkim"), dmarc=results.get("dmarc"), arc=results.get("arc")
    )


def _take(results: Sequence[Finding], found: dict[str, list[Finding]]) -> None:
    for method in {finding.method for finding in results} - found.keys():
        found[method] = [finding for finding in results if finding.method == method]


def _parsed(text: str) -> tuple[str, list[Finding]]:
    """The authserv-id, in lower case, and what it found."""
    server, *parts = _bare(text).split(";")
    words = server.split()
    results = []
    for part in parts[:50]:
        if (match := _METHOD.match(part)) and match[1].lower() in METHODS:
            properties = {f"{kind}.{name}".lower(): value.lower() for kind, name, value in _PROPERTY.findall(match[3])}
            results.append(Finding(match[1].lower(), match[2].lower(), properties))
    return (words[0].lower() if words else ""), results


def _bare(text: str) -> str:
    """Without comments, and with what is quoted free of signs that mean something.

    Much of the field is what the sender chose, such as the envelope's address: it must not end a result and begin one.
    """
    out: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for sign in text:
        if is_escaped:
            is_escaped = False
            sign = "_"
        elif sign == "\\":
            is_escaped = True
            continue
        elif is_quoted and sign != '"':
            sign = sign if sign.isalnum() or sign in "@.+-_" else "_"
        elif depth and sign not in "()":
            continue
        elif sign == '"':
            is_quoted = not is_quoted
            continue
        elif sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
            sign = " "
        if not depth:
            out.append(sign)
    return "".join(out)
