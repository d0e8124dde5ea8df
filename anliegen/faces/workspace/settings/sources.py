"""Fetching mail from a mailbox elsewhere: where it lies, whether it works, what is missing, and what to do."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.consent import redirect_address
from anliegen.faces.workspace.settings.frame import actor_of, alarmed, done, posted, refused, show
from anliegen.faces.workspace.settings.source_forms import CHOICES, SourceForm
from anliegen.faces.workspace.settings.source_ways import WAYS, first_values, way_of
from anliegen.flow.channels.mailroom import compare, fetch
from anliegen.flow.channels.mailroom import sources as channels
from anliegen.flow.channels.mailroom.beginning import Counted
from anliegen.flow.channels.models import Grant, Source, Unfetched
from anliegen.ground import clock
from anliegen.records.accounts.models import Mailbox

NAMED = 50  # missing mails on the page; the others are counted


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_source(request: HttpRequest, pk: int) -> HttpResponse:
    mailbox = get_object_or_404(Mailbox, pk=pk)
    way = request.GET.get("way", "imap")
    if way not in WAYS:
        raise Http404
    form = WAYS[way][1](posted(request), initial=first_values(mailbox, way))
    if form.is_valid():
        row = channels.create_source(mailbox, actor=actor_of(request), at=clock.now(), **form.values())
        said = _("The source is created. Test the connection now.")
        return done(request, said, "source", mailbox.pk, row.pk)
    context = {"form": form, "mailbox": mailbox, "source": None, "way": way, "ways": WAYS} | _for_consent(None, way)
    return show(request, "source", context, place="mailboxes")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    row = _source(pk, source_pk)
    way = way_of(row)
    form = WAYS[way][1](posted(request), instance=row)
    if form.is_valid() and _saved(request, row, form):
        return done(request, _("The source is saved."), "source", pk, row.pk)
    kept = _source(pk, source_pk)
    trouble, is_decided = fetch.trouble_of(kept), channels.is_decided(kept)
    context = {
        "form": form,
        "mailbox": kept.mailbox,
        "source": kept,
        "way": way,
        "trouble": trouble,
        "is_decided": is_decided,
        "listens": kept.listens and kept.watched_until is not None and kept.watched_until > clock.now(),
        **_difference(kept),
        **_for_consent(kept, way),
        **({"counted": None} if trouble and not is_decided else {}),
    }
    return show(request, "source", context, place="mailboxes")


@asks("settings.manage")
@require_POST
def check_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """Try to log in and to open the folder, now; fetches nothing."""
    row = _source(pk, source_pk)
    trouble = fetch.check(row)
    if trouble is None:
        return done(request, _("The connection works: logged in, folder found."), "source", pk, source_pk)
    where = _("This step failed: %(step)s.") % {"step": trouble.step} if trouble.step else ""
    return alarmed(request, f"{where} {trouble.happened} {trouble.next}".strip(), "source", pk, source_pk)


@asks("settings.manage")
@require_safe
def count_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """How many mails lie there, asked when the page is there already: a mail server may take its time."""
    row = _source(pk, source_pk)
    counted = fetch.count_what_lies_there(row)
    known = isinstance(counted, Counted)
    context = {
        "source": row,
        "mailbox": row.mailbox,
        "counted": counted if known else None,
        "trouble": None if known else counted,
        "choices": _choices(counted) if isinstance(counted, Counted) else [],
        "was_asked": not channels.is_decided(row),
    }
    return show(request, "source_count", context, place="mailboxes", block="count")


@asks("settings.manage")
@require_POST
def decide_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    row = _source(pk, source_pk)
    chosen = request.POST.get("choice", "")
    by_text = {str(choice): choice for choice in channels.CHOICES}
    if chosen not in by_text:
        return refused(request, _("Please choose one of these."), "source", pk, source_pk)
    fetch.begin(row, by_text[chosen], actor=actor_of(request), at=clock.now())
    return done(request, _("Decided. The first mails come in a moment."), "source", pk, source_pk)


@asks("settings.manage")
@require_POST
def fetch_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    fetch.want_now(_source(pk, source_pk))
    return done(request, _("It is fetched as soon as a worker is free."), "source", pk, source_pk)


@asks("settings.manage")
@require_POST
def pause_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """Fetch no more for the present, or go on."""
    row = _source(pk, source_pk)
    on = not row.is_active
    channels.change_source(row, is_active=on, actor=actor_of(request), at=clock.now())
    said = _("Mail is fetched from there again.") if on else _("Paused: nothing is fetched from there for now.")
    return done(request, said, "source", pk, source_pk)


@asks("settings.manage")
@require_POST
def compare_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    compare.want_comparison(_source(pk, source_pk), actor=actor_of(request))
    said = _("The mailbox is compared with the ledger as soon as a worker is free. Look here again in a moment.")
    return done(request, said, "source", pk, source_pk)


@asks("settings.manage")
@require_POST
def fetch_missing(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    count = compare.want_missing(_source(pk, source_pk), actor=actor_of(request), at=clock.now())
    said = ngettext("%(count)s mail is fetched.", "%(count)s mails are fetched.", count) % {"count": count}
    return done(request, said, "source", pk, source_pk)


@asks("settings.manage")
@require_POST
def leave_missing(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    count = compare.leave_missing(_source(pk, source_pk), actor=actor_of(request), at=clock.now())
    said = ngettext("%(count)s mail stays there.", "%(count)s mails stay there.", count) % {"count": count}
    return done(request, said, "source", pk, source_pk)


@asks("settings.manage")
@require_POST
def delete_source(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    channels.remove_source(_source(pk, source_pk), actor=actor_of(request), at=clock.now())
    return done(request, _("Mail is no longer fetched from there."), "mailbox", pk)


def _saved(request: HttpRequest, row: Source, form: SourceForm) -> bool:
    try:
        channels.change_source(row, actor=actor_of(request), at=clock.now(), **form.values())
    except channels.SecretNeeded:
        form.ask_for_the_secret()
        return False
    return True


def _source(pk: int, source_pk: int) -> Source:
    return get_object_or_404(Source.objects.select_related("mailbox__responsible"), pk=source_pk, mailbox=pk)


def _choices(counted: Counted) -> list[tuple[int, str, int | None]]:
    """What can be decided, each with how many mails that takes in."""
    counts = {
        channels.FROM_NOW: 0,
        channels.UNREAD: counted.unread,
        channels.TODAY: counted.today,
        channels.EVERYTHING: counted.all,
    }
    return [(choice, str(CHOICES[choice]), count) for choice, count in counts.items() if count is not None]


def _difference(row: Source) -> dict[str, object]:
    rows = Unfetched.objects.filter(source=row, state__in=compare.WANTED)
    return {
        "missing": list(rows.order_by("-at", "pk")[:NAMED]),
        "missing_count": rows.count(),
        "is_overdue": compare.is_overdue(row, at=clock.now()),
        "left_count": Unfetched.objects.filter(source=row, state="left").count(),
        "states": dict(Unfetched.STATES),
    }


def _for_consent(row: Source | None, way: str) -> dict[str, object]:
    grant = Grant.objects.filter(source=row).first() if row is not None else None
    return {
        "grant": grant,
        "needs_consent": grant is not None and grant.flow == "code",
        "redirect_address": redirect_address() if way in ("microsoft", "google", "other") else None,
    }
