"""The browser looks at every page of the workspace for barriers: a new one that is on no list fails here."""

import re
from collections.abc import Iterator

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from anliegen.records.accounts.models import Agent
from tests.browser.pages import APART, CUSTOMERS, SETTINGS, WORKSPACE

PART = re.compile(r"<(int|str):\w+>")
NO_PAGE = {
    "workspace/news/": "a part of the inbox",
    "workspace/search/choices/": "choices of a menu",
    "workspace/tickets/<int:number>/snooze/understood/": "a part of the form",
    "workspace/tickets/<int:number>/summary/news/": "a part of the summary",
    "workspace/rail/": "a part of every page",
    "workspace/tickets/<int:number>/link/found/": "lines of a list",
    "workspace/rounds/<int:pk>/lines/<int:line>/": "a part of the round",
    "workspace/organisations/": "names to choose from",
    "workspace/undelivered/count/": "a part of every page",
    "workspace/tickets/<int:number>/forward/": "a part of the ticket",
    "workspace/tickets/<int:number>/draft/ask/": "a part of the ticket",
    "workspace/tickets/<int:number>/whom/suggest/": "people to choose from",
    "workspace/drafts/files/<int:pk>/": "a picture",
    "workspace/tickets/<int:number>/about/": "a part of the ticket",
    "workspace/people/<int:pk>/fields/<str:key>/": "a part of the person",
    "workspace/palette/": "lines of the palette, a part of every page",
    "workspace/palette/search/": "lines of the palette",
    "workspace/tickets/<int:number>/blocks/": "lines of a menu",
    "workspace/settings/blocks/export/": "a file",
    "workspace/notices/count/": "a part of every page",
    "workspace/tickets/<int:number>/colleagues/": "names to choose from",
    "workspace/messages/<int:pk>/look/": "a mail in its frame",
    "workspace/attachments/<int:pk>/": "a file",
    "workspace/attachments/<int:pk>/mail/": "a part of the ticket",
    "workspace/attachments/<int:pk>/mail/<int:place>/": "a file",
    "workspace/attachments/<int:pk>/picture/": "a picture",
    "workspace/intake/<int:pk>/source/": "a file",
    "workspace/tickets/<int:number>/status-page/": "leads to the customer's page",
    "workspace/settings/intake/<int:pk>/raw/": "a file",
    "workspace/settings/fairness/figures.<str:kind>": "a file",
    "workspace/settings/intake/balance/": "a part of the ledger",
    "workspace/settings/mailboxes/consent/": "leads back to the source",
    "workspace/settings/mailboxes/<int:pk>/sources/<int:source_pk>/connect/": "leads to the provider",
    "workspace/settings/mailboxes/<int:pk>/sources/<int:source_pk>/count/": "a part of the source",
}


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{before}{pattern.pattern}"
        else:
            yield from routes(pattern, f"{before}{pattern.pattern}")


def test_every_page_of_the_workspace_is_looked_at(admin: Agent, client: Client) -> None:
    client.force_login(admin)
    own = [one for one in routes(get_resolver()) if one.startswith(("workspace/", "dev/", "api/v1/docs"))]
    read = {one for one in own if client.get("/" + PART.sub("1", one)).status_code != 405}
    listed = [*WORKSPACE, *CUSTOMERS, *APART, *(f"/workspace/settings/{one}" for one in SETTINGS)]
    looked_at = {resolve(re.sub(r"{\w+}", "1", one).partition("?")[0]).route for one in listed}
    assert "workspace/settings/keys/" in read, "the search itself must find something"
    assert read - looked_at == NO_PAGE.keys()
