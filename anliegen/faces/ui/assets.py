"""Scripts, styles, pictures as they go out: scripts without comments, all of it compressed, made once for each release.

They lie where they are written. What is sent is made from them when a process first needs it, in a folder named after
what it was made from: so it is never older than the program, and several processes may start at once.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from rjsmin import jsmin
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware

# What libraries bring along and no page asks for.
_UNUSED = re.compile(r"account/|django_htmx/(?!(htmx|ext/hx-sse)-2\.min\.js$)|.*\.map$")
KEPT_S = 7 * 24 * 3600  # another release may still run beside this one


class Assets(WhiteNoiseMiddleware):
    """Serves what `gathered` made; while developing, each file as it lies there now."""

    def add_files_from_finders(self) -> None:
        self.add_files(str(gathered(settings.ANLIEGEN_DATA / "assets")), prefix=self.static_prefix)  # type: ignore[no-untyped-call]  # has no types


@cache
def gathered(place: Path) -> Path:
    """The folder with all files as they are sent. Raises OSError."""
    sources = dict(_sources())
    target = place / _fingerprint(sources)
    if not target.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        _make(sources, target)
        _forget_old(place, target)
    return target


def _sources() -> Iterator[tuple[str, Path]]:
    """Each name once: as with Django's own finders, the first one counts."""
    seen = set()
    for finder in finders.get_finders():
        for path, storage in finder.list(None):
            if path not in seen and not _UNUSED.match(path):
                seen.add(path)
                yield path, Path(storage.path(path))


def _fingerprint(sources: dict[str, Path]) -> str:
    known = sha256()
    for name, path in sorted(sources.items()):
        found = path.stat()
        known.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return known.hexdigest()[:16]


def _make(sources: dict[str, Path], target: Path) -> None:
    """All or nothing: what a killed process left behind is named otherwise."""
    made = Path(tempfile.mkdtemp(prefix="making-", dir=target.parent))
    made.chmod(0o755)
    compress = Compressor(use_brotli=False, quiet=True)
    try:
        for name, path in sources.items():
            file = made / name
            file.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            file.write_bytes(jsmin(content) if _is_own_script(name) else content)
            os.utime(file, ns=(path.stat().st_mtime_ns,) * 2)
            if compress.should_compress(name):
                compress.compress(str(file))
        made.rename(target)
    except OSError:
        if not target.is_dir():  # else another process was quicker
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _is_own_script(name: str) -> bool:
    """Libraries come as small as their makers wanted them."""
    return name.endswith(".js") and not name.startswith("django_")


def _forget_old(place: Path, target: Path) -> None:
    for other in place.iterdir():
        if other != target and time.time() - other.stat().st_mtime > KEPT_S:
            shutil.rmtree(other, ignore_errors=True)
