"""Everything the children will need, imported once before they are forked."""

from __future__ import annotations

import os


def preload() -> None:
    """Set Django up and import what is otherwise imported on first use. Opens no connection and starts no thread."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anliegen.config.settings")
    import django  # noqa: PLC0415  # slow import

    django.setup()
    import uvicorn.lifespan.on  # noqa: PLC0415  # slow import
    import uvicorn.loops.uvloop  # noqa: PLC0415  # slow import
    import uvicorn.protocols.http.httptools_impl  # noqa: F401, PLC0415  # slow import
    from django.db import connections  # noqa: PLC0415  # slow import
    from django.urls import get_resolver  # noqa: PLC0415  # slow import

    import anliegen.config.asgi  # noqa: PLC0415  # slow import
    import anliegen.config.cli  # noqa: PLC0415  # slow import
    import anliegen.config.work  # noqa: F401, PLC0415  # slow import

    # Imports all views and with them their forms and templates' environment.
    _ = get_resolver().url_patterns
    connections.close_all()
