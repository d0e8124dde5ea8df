"""Names of attachments: as true as the mail tells them, safe to show, to store under and to download."""

import re

from anliegen.flow.channels.email import charsets

_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_LONGEST = 180
_ENDINGS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/rfc822-headers": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
    "message/global-delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/xml": ".xml",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/ms-tnef": ".dat",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/tiff": ".tif",
    "image/svg+xml": ".svg",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "video/mp4": ".mp4",
}


def safe(name: str, content_type: str) -> str:
    """One path component without separators, control or direction-changing characters, at most 180 characters."""
    stem, dot, ending = _last_component(charsets.clean(name)).rpartition(".")
    if not dot or len(ending) > 12:
        stem, ending = f"{stem}{dot}{ending}", ""
    stem = _UNSAFE.sub("_", stem).strip(" .")
    ending = _UNSAFE.sub("_", ending).strip(" .")
    if not stem and not ending:
        return "attachment" + _ENDINGS.get(content_type, ".bin")
    stem = (stem or "attachment")[: _LONGEST - len(ending) - 1]
    return f"{stem}.{ending}" if ending else stem


def apart(name: str, taken: set[str]) -> str:
    """The name itself, or the name with a number, so that two attachments of one mail never share one."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f".{ending}") if dot else (name, "")
    candidate, number = name, 2
    while candidate.casefold() in taken:
        candidate = f"{stem} ({number}){ending}"
        number += 1
    taken.add(candidate.casefold())
    return candidate


def _last_component(name: str) -> str:
    """What stands behind the last separator, if anything does: senders' programs once put whole paths there."""
    return name.replace("\\", "/").rstrip("/ ").rpartition("/")[2]
