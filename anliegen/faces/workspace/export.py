"""A list or what a search found, as a file, however long it is."""

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anliegen.faces.ui.fragments import page
from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace import search
from anliegen.faces.workspace.export_files import KINDS, Kind
from anliegen.faces.workspace.frame import actor_of, agent_of
from anliegen.faces.workspace.listing import address, listing_of
from anliegen.ground import clock
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions, exported
from anliegen.records.tickets.exported import Column
from anliegen.records.tickets.models import Ticket
from anliegen.records.tickets.views import VIEWS

AT_ONCE = 2  # of the threads that serve pages, so that the others go on
USUAL = ("number", "subject", "status", "team", "assignee", "customer", "opened_at", "last_message_at")
_room = threading.BoundedSemaphore(AT_ONCE)


class ExportForm(forms.Form):
    """Which file, and which columns."""

    kind = forms.ChoiceField(label=gettext_lazy("File"), choices=[], initial="excel", widget=forms.RadioSelect)
    columns = forms.MultipleChoiceField(label=gettext_lazy("Columns"), choices=[], widget=forms.CheckboxSelectMultiple)

    def __init__(self, columns: list[Column], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(code, one.title) for code, one in KINDS.items()]  # type: ignore[attr-defined]
        self.fields["columns"].choices = [(one.code, one.title) for one in columns]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Listed:
    """What is exported: its name, its tickets, the codes that the journal keeps, and the way back."""

    name: str | Promise
    tickets: "QuerySet[Ticket]"
    codes: list[str]
    back: str


@asks("ticket.export")
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponseBase:
    """Choose the file and its columns (GET), and have it (POST)."""
    agent = agent_of(request)
    listed, columns = _listed(request, agent), exported.columns_for(agent)
    form = ExportForm(columns, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, listed, columns, form)
    if not _room.acquire(blocking=False):
        return _ask(request, listed, columns, form, is_full=True)
    chosen = [one for one in columns if one.code in form.cleaned_data["columns"]]
    return _file(listed, chosen, form.cleaned_data["kind"], actor_of(request))


def _listed(request: HttpRequest, agent: Agent) -> Listed:
    """The list that the address names, as it names the one beside a ticket."""
    if asked := search.asked_of(request):
        name = _("Search: %(asked)s") % {"asked": asked}
        back = f"{reverse('workspace:search')}?{urlencode({'q': asked})}"
        return Listed(name, exported.found_by(agent, asked), ["search", *exported.codes_of(asked)], back)
    if (view := request.GET.get("view") or "mine") not in VIEWS:
        raise Http404
    listing = listing_of(request)
    narrowed = list(dict(listing.filter.pairs())) if not listing.view or listing.more else []
    codes = [f"view:{view}" if listing.view else "view:saved", *narrowed]
    return Listed(listing.name, exported.in_view(agent, listing.filter), codes, address(listing.pairs()))


def _ask(
    request: HttpRequest, listed: Listed, columns: list[Column], form: ExportForm, *, is_full: bool = False
) -> HttpResponseBase:
    chosen = form.data.getlist("columns") if form.is_bound else list(USUAL)  # type: ignore[attr-defined]
    context = {
        "listed": listed,
        "kinds": [(code, one.title, one.hint) for code, one in KINDS.items()],
        "kind": form.data.get("kind", "excel") if form.is_bound else "excel",
        "columns": columns,
        "chosen": chosen,
        "form": form,
        "is_full": is_full,
        "hides_people": len(columns) < len(exported.COLUMNS),
    }
    status = 503 if is_full else 422 if form.is_bound else 200
    return page(request, "workspace/export.html", context, status=status)


def _file(listed: Listed, columns: list[Column], code: str, actor: Actor) -> StreamingHttpResponse:
    kind = KINDS[code]
    pieces = _Pieces(listed, columns, code, actor)
    response = StreamingHttpResponse(pieces, content_type=kind.content_type)
    name = f"anliegen-{clock.now():%Y-%m-%d-%H%M}.{kind.suffix}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


class _Pieces:
    """The bytes of the file as they are made. Its end, whichever it is, gives the room back and is written down."""

    def __init__(self, listed: Listed, columns: list[Column], code: str, actor: Actor) -> None:
        self._listed, self._columns, self._code, self._actor = listed, columns, code, actor
        self._kind: Kind = KINDS[code]
        self._count = 0
        self._is_whole = self._is_over = False
        self._made = self._pieces()

    def __iter__(self) -> Iterator[bytes]:
        return self._made

    def close(self) -> None:
        """Called by the server in every case, also when whoever asked has gone away."""
        if self._is_over:
            return
        self._is_over = True
        try:
            self._made.close()
            actions.note_export(
                count=self._count,
                file=self._code,
                by=self._listed.codes,
                columns=[one.code for one in self._columns],
                is_whole=self._is_whole,
                actor=self._actor,
                at=clock.now(),
            )
        finally:
            _room.release()

    def _pieces(self) -> Generator[bytes]:
        yield from self._kind.pieces(self._columns, self._batches())
        self._is_whole = True

    def _batches(self) -> Iterator[list[tuple[exported.Value, ...]]]:
        for batch in exported.rows(self._listed.tickets, self._columns):
            self._count += len(batch)
            yield batch
