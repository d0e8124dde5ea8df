"""A browser at the server's own door: the WSGI application that the web process runs, without a network before it."""

from collections.abc import Callable, Mapping
from http.cookies import SimpleCookie
from typing import Any

from django.core.servers.basehttp import get_internal_wsgi_application
from django.test import Client, RequestFactory

from anliegen.records.accounts.models import Agent

HOST = "127.0.0.1"


class PageFailed(Exception):
    """A page that was to be measured did not answer as it should."""


class Browser:
    """One agent, logged in. Whatever the server does for a page is done: connection checks, middleware, rendering."""

    def __init__(self, agent: Agent) -> None:
        self._application = get_internal_wsgi_application()
        client = Client()
        client.force_login(agent)
        self._requests = RequestFactory(HTTP_HOST=HOST)
        self._requests.cookies = SimpleCookie({name: each.value for name, each in client.cookies.items()})

    def get(self, path: str, *, status: int = 200) -> bytes:
        """The whole page. Raises PageFailed when it answers with another status."""
        return self._ask(self._requests.get(path).environ, path, status)

    def post(self, path: str, form: Mapping[str, Any], *, on: str, status: int = 200) -> bytes:
        """What htmx gets for a form that it sends from the page `on`. Raises PageFailed."""
        sent = {"X-CSRFToken": self._csrf(), "HX-Request": "true", "HX-Current-URL": f"http://{HOST}{on}"}
        return self._ask(self._requests.post(path, dict(form), headers=sent).environ, path, status)

    def _csrf(self) -> str:
        """The token that a page with a form has left here."""
        if "csrftoken" not in self._requests.cookies:
            self.get("/workspace/")
        return self._requests.cookies["csrftoken"].value

    def _ask(self, environ: dict[str, Any], path: str, status: int) -> bytes:
        said: list[Any] = []

        def start(line: str, headers: list[tuple[str, str]], _error: Any = None, /) -> Callable[[bytes], object]:
            said.append(line)
            for name, value in headers:
                if name.lower() == "set-cookie":
                    self._requests.cookies.load(value)
            return said.append  # WSGI's old way of writing, which nobody takes

        answer: Any = self._application(environ, start)
        try:
            page = b"".join(answer)
        finally:
            answer.close()
        if int(said[0].split()[0]) != status:
            raise PageFailed(f"{path}: {said[0]}")
        return page
