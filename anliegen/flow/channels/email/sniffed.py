"""What a file is, by its first bytes and its name, where the mail says nothing or obviously lies."""

from anliegen.flow.channels.email import filenames

# Types that senders' programs write when they do not know.
_SAYS_NOTHING = (
    "application/octet-stream binary/octet-stream application/x-octet-stream application/octetstream application/octet"
    " application/binary application/unknown application/x-unknown unknown/unknown application/download"
    " application/x-download application/force-download application/x-force-download application/save-as"
    " application/x-msdownload application/attachment application/file"
)
_PLAIN_CLAIMS = ("text/plain", "text/html")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"{\\rtf", "application/rtf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"-----BEGIN PGP PUBLIC KEY", "application/pgp-keys"),
    (b"MZ\x90\x00", "application/vnd.microsoft.portable-executable"),
)
_BINARY = (
    "application/pdf image/png image/jpeg image/gif image/tiff application/zip application/gzip application/vnd.rar"
    " application/x-7z-compressed application/ms-tnef application/vnd.microsoft.portable-executable"
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_OLE = frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"})
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OFFICES = (_OFFICE, "application/vnd.oasis.opendocument.")
_IN_ZIP = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)


def type_of(declared: str, name: str, content: bytes) -> str:
    """The declared type where it says something that the bytes do not contradict, else what the file is."""
    found = _by_bytes(content, name)
    if declared in _SAYS_NOTHING.split():
        return found or filenames.type_of(name) or "application/octet-stream"
    if declared in _PLAIN_CLAIMS and found in _BINARY.split():
        return found
    return declared


def _by_bytes(content: bytes, name: str) -> str | None:
    start = content[:32]
    if start[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(start[8:12])
    if start[4:8] == b"ftyp":
        return "image/heic" if start[8:12] in (b"heic", b"heix", b"mif1") else "video/mp4"
    if start.startswith(_OLE):
        by_name = filenames.type_of(name)
        return by_name if by_name in _IN_OLE or by_name == "application/vnd.ms-outlook" else None
    found = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    return _in_zip(content, name) if found == "application/zip" else found


def _in_zip(content: bytes, name: str) -> str:
    """Office documents are archives: their first entries tell, else their names."""
    head = content[:8192]
    if head[30:38] == b"mimetype":
        stated = head[38:130].split(b"PK", 1)[0].decode("ascii", "replace")
        if stated.startswith("application/vnd.oasis.opendocument."):
            return stated
    entries = head + content[-8192:]
    by_entries = next((kind for mark, kind in _IN_ZIP if b"PK\x01\x02" in entries and mark in entries), None)
    by_name = filenames.type_of(name) or ""
    return by_entries or (by_name if by_name.startswith(_OFFICES) else "application/zip")
