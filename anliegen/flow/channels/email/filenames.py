"""Names of attachments: as true as the mail tells them, safe to show, to store under and to download."""

import re

from anliegen.flow.channels.email import charsets

# What no file system takes, and what makes a name look like another: directions, tags, characters without width.
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f<>:\"/\\|?*\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]+"
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_LONGEST = 180  # characters
_LARGEST = 240  # bytes, which is what file systems count; a number against doubles still fits
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
    "application/x-pkcs7-mime": ".p7m",
    "application/pgp-keys": ".asc",
    "application/pgp-encrypted": ".txt",
    "application/ms-tnef": ".dat",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/ics": ".ics",
    "application/gzip": ".gz",
    "application/x-7z-compressed": ".7z",
    "application/vnd.rar": ".rar",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.ms-outlook": ".msg",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.microsoft.portable-executable": ".exe",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/bmp": ".bmp",
    "image/tiff": ".tif",
    "image/svg+xml": ".svg",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/ogg": ".ogg",
    "video/mp4": ".mp4",
}
_TYPES = {ending: kind for kind, ending in reversed(_ENDINGS.items())} | {
    ".jpeg": "image/jpeg",
    ".tiff": "image/tiff",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".asc": "text/plain",
}
del _TYPES[".dat"]  # says nothing


def safe(name: str, content_type: str) -> str:
    """One path component without separators, control or direction-changing characters, at most 180 characters."""
    stem, dot, ending = _last_component(charsets.clean(name)).rpartition(".")
    if not dot or len(ending) > 12:
        stem, ending = f"{stem}{dot}{ending}", ""
    stem = _UNSAFE.sub("_", stem).strip(" .")
    ending = _UNSAFE.sub("_", ending).strip(" .")
    if not stem and not ending:
        return "attachment" + _ENDINGS.get(content_type, ".bin")
    stem = _not_reserved(stem or "attachment")[: _LONGEST - len(ending) - 1]
    stem = stem.encode()[: _LARGEST - len(ending.encode()) - 1].decode("utf-8", "ignore").rstrip(" .") or "attachment"
    return f"{stem}.{ending}" if ending else stem


def _not_reserved(stem: str) -> str:
    """Windows takes `con.txt` and `nul.tar.gz` for devices: what counts is all before the first dot."""
    first, dot, rest = stem.partition(".")
    return f"{first.rstrip()}_{dot}{rest}" if _RESERVED.fullmatch(first.strip()) else stem


def type_of(name: str) -> str | None:
    """The type that files of this ending usually have; None when the ending says nothing."""
    return _TYPES.get(name[name.rfind(".") :].lower()) if "." in name else None


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
