"""Files that customers send: how many, how large and of what kind; and none is lost when a form has to be corrected."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anliegen.faces.ui.numbers import size as said_size
from anliegen.flow.channels import held
from anliegen.flow.channels.incoming import IncomingAttachment
from anliegen.ground.text import safe_filename

MOST = 10
LARGEST = 10_000_000  # bytes
TOGETHER = 25_000_000
READ_AT_MOST = 100_000_000  # bytes of a whole request; beyond that it is not even looked at
SALT = "anliegen.portal.held"

KINDS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)
BEGINNINGS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "application/pdf": (b"%PDF-",),
}


@dataclass
class Uploads:
    """The files of a form: those that came now and those that came with an earlier try. `problems` are sentences."""

    files: list[IncomingAttachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def keep(self, *, sender: str) -> list[dict[str, Any]]:
        """Hold the files until the form comes again; each with the signed value that its box carries."""
        kept = []
        for each in self.files:
            name = held.hold(each.content, sender=sender)
            if name is None:
                self.problems.append(_not_kept(each.filename))
                continue
            value = signing.dumps([name, each.filename], salt=SALT)
            kept.append({"name": each.filename, "size": each.size, "value": value})
        return kept


class Bounded(FileUploadHandler):
    """Stops taking in a file that is too large, while the other fields of the form still arrive."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.refused: list[str] = []
        self.taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.own = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.own += len(raw_data)
        self.taken += len(raw_data)
        if self.own > LARGEST or self.taken > TOGETHER + LARGEST:
            self.taken -= self.own
            self.refused.append(str(self.file_name))
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def is_readable(request: HttpRequest) -> bool:
    """Whether the request is small enough to be looked at."""
    given = request.META.get("CONTENT_LENGTH") or "0"
    return given.isdigit() and int(given) <= READ_AT_MOST


def read(request: HttpRequest) -> Uploads:
    """Take the files of a form. Call it before anything else reads the form."""
    bounded = Bounded(request)
    request.upload_handlers.insert(0, bounded)
    found = Uploads()
    for value in request.POST.getlist("held")[:MOST]:
        _take_held(value, found)
    for name in bounded.refused:
        found.problems.append(
            _("“%(name)s” is larger than %(limit)s and was not taken. Everything else is still here.")
            % {"name": safe_filename(name), "limit": said_size(LARGEST)}
        )
    for file in request.FILES.getlist("files"):
        _take_new(file, found)
    if len(found.files) > MOST:
        found.problems.append(_("At most %(most)d files, please. Remove some below.") % {"most": MOST})
    if sum(each.size for each in found.files) > TOGETHER:
        found.problems.append(
            _("Together the files are larger than %(limit)s. Remove some below.") % {"limit": said_size(TOGETHER)}
        )
    return found


def _take_new(file: "UploadedFile[bytes]", found: Uploads) -> None:
    name = safe_filename(file.name or "")
    content = file.read()
    if not content:
        found.problems.append(_("“%(name)s” is empty and was not taken.") % {"name": name})
    elif _ending(name) not in KINDS:
        found.problems.append(
            _("“%(name)s” was not taken: we can open pictures, PDF, text and office documents.") % {"name": name}
        )
    else:
        found.files.append(_as_attachment(name, content))


def _take_held(value: str, found: Uploads) -> None:
    try:
        key, name = signing.loads(value, salt=SALT, max_age=held.FOR)
    except signing.BadSignature:
        found.problems.append(_("A file from before could not be kept. Please choose it once more."))
        return
    content = held.get(key)
    if content is None:
        found.problems.append(_not_kept(name))
    else:
        found.files.append(_as_attachment(name, content))


def _not_kept(name: str) -> str:
    return _("“%(name)s” could not be kept. Please choose it once more.") % {"name": name}


def _as_attachment(name: str, content: bytes) -> IncomingAttachment:
    return IncomingAttachment(
        filename=name,
        content_type=kind_of(name, content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content_id=None,
        inline=False,
        content=content,
    )


def kind_of(name: str, content: bytes) -> str:
    """The kind by its ending, unless the content says that it is something else: a picture must look like one."""
    kind = KINDS.get(_ending(name), "application/octet-stream")
    if kind == "image/webp":
        return kind if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else "application/octet-stream"
    if kind in BEGINNINGS and not content.startswith(BEGINNINGS[kind]):
        return "application/octet-stream"
    return kind


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
