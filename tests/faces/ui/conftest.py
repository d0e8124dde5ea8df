"""The style guide served for real, without a database: none of its pages may need one."""

import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.urls import include, path
from pytest_django import Settings


class Routes:
    """Stands in for config/urls.py, which mounts the style guide in a demo only."""

    urlpatterns = [path("dev/ui/", include("anliegen.faces.ui.urls"))]
    handler403 = "anliegen.faces.ui.errors.forbidden"
    handler404 = "anliegen.faces.ui.errors.not_found"
    handler500 = "anliegen.faces.ui.errors.server_error"


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Keeps the test output clean."""


@pytest.fixture
def guide(settings: Settings) -> None:
    settings.ROOT_URLCONF = Routes


@pytest.fixture
def guide_server(guide: None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, WSGIHandler(), server_class=Server, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/dev/ui/"
    server.shutdown()
    server.server_close()
    thread.join()
