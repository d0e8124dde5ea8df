"""Files of a conversation, for whoever has the signed link: as a download, safe pictures also in the browser."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from anliegen.faces.portal import errors
from anliegen.faces.portal.conversation import SHOWN_IN_THE_BROWSER, attachment_of
from anliegen.faces.portal.proof import Proof, proven
from anliegen.faces.portal.visit import Visit
from anliegen.ground import files

CHUNK = 256 * 1024
# Whatever the file is, it can run nothing, load nothing and see nothing of ours.
POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


@proven(by=("owner", "visitor", "preview"))
def download(visit: Visit, proof: Proof, pk: int) -> HttpResponseBase:
    """The file. `?show` opens a picture in the browser; everything else, and every other kind, is saved."""
    attachment = attachment_of(proof, pk)
    if attachment is None or not files.exists(attachment.sha256):
        return errors.closed_link(visit.request)
    is_shown = "show" in visit.request.GET and attachment.content_type in SHOWN_IN_THE_BROWSER
    kind = attachment.content_type if is_shown else "application/octet-stream"
    response = StreamingHttpResponse(_chunks(files.path(attachment.sha256)), content_type=kind)
    response.headers["Content-Length"] = str(files.size(attachment.sha256))
    response.headers["Content-Disposition"] = content_disposition_header(not is_shown, attachment.filename) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
