"""S/MIME (RFC 8551): signed parts, detached or opaque, encrypted and compressed ones."""

import re
import zlib
from typing import Any

from asn1crypto import cms, core

from anliegen.flow.channels.email import limits
from anliegen.flow.channels.email.sealed import elements, enveloped, signed
from anliegen.flow.channels.email.sealed.keys import Keyring, Patience, Sender
from anliegen.flow.channels.email.sealed.outcome import Closed, Opened
from anliegen.records.tickets.enclosed import Seal

TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_LINE_END = re.compile(rb"\r\n|\r|\n")


def open_(sealed: bytes, keys: Keyring, sender: Sender, patience: Patience) -> Opened:
    """What lies in an application/pkcs7-mime part. Raises Closed."""
    if patience.left() <= 0:
        raise Closed("took-too-long")
    kind, content = _read(sealed, limits.SEALED)
    if kind == "signed_data":
        inside = content["encap_content_info"]["content"]
        if isinstance(inside, core.Void):
            raise Closed("damaged")
        plain = bytes(inside)
        return Opened(plain, signed.check(content, (plain,), keys, sender))
    if kind in ("enveloped_data", "authenticated_enveloped_data"):
        return Opened(enveloped.open_(kind, content, keys, patience), Seal("smime", encryption="opened"))
    if kind == "compressed_data":
        return Opened(_inflated(bytes(content["encap_content_info"]["content"])), Seal("smime"))
    raise Closed("method")


def check(content: bytes, signature: bytes, keys: Keyring, sender: Sender, patience: Patience) -> Seal:
    """The seal of a multipart/signed: `content` is its first part with its fields, as it came."""
    try:
        if patience.left() <= 0:
            raise Closed("took-too-long")
        kind, data = _read(signature, limits.SIGNATURE)
        if kind != "signed_data":
            return Seal("smime", "unchecked", because=("method",))
        # Line ends are CRLF under a signature, whatever became of them on the way or in a file.
        return signed.check(data, (_LINE_END.sub(b"\r\n", content), content), keys, sender)
    except Closed as closed:
        return Seal("smime", "unchecked", because=(closed.because,))
    except (ValueError, TypeError, KeyError):
        return Seal("smime", "unchecked", because=("damaged",))


def _read(sealed: bytes, most: int) -> tuple[str, Any]:
    # Each element costs a hundred bytes and microseconds once it is looked at, and may have two bytes here.
    if len(sealed) > most or elements.are_more_than(limits.SEALED_ELEMENTS, sealed):
        raise Closed("too-large")
    try:
        info = cms.ContentInfo.load(sealed)
        return str(info["content_type"].native), info["content"]
    except (ValueError, TypeError, KeyError) as error:
        raise Closed("damaged") from error


def _inflated(packed: bytes) -> bytes:
    opener = zlib.decompressobj()
    try:
        plain = opener.decompress(packed, limits.OPENED)
    except zlib.error as error:
        raise Closed("damaged") from error
    if opener.unconsumed_tail:
        raise Closed("too-large")
    return plain
