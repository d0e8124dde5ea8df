"""Text blocks: everybody's, and one's own; each with its preview and with all it ever said."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.frame import insist
from anliegen.faces.workspace.settings.block_preview import preview_of, unknown_names
from anliegen.faces.workspace.settings.forms import several
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, refused, show
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.permissions import may
from anliegen.records.knowledge import actions, queries
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import LONGEST, TextBlock
from anliegen.records.knowledge.placeholders import NAMES
from anliegen.records.tickets.codes import as_codes

WORD = r"^[a-z0-9äöüß-]{1,30}$"


class BlockForm(forms.Form):
    """What a block says in each language, and whom it is for."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    word = forms.RegexField(
        WORD,
        label=gettext_lazy("Shortcut"),
        help_text=gettext_lazy("One word in small letters; “/” and its first letters find it while writing."),
        error_messages={"invalid": gettext_lazy("Small letters, digits and hyphens, at most 30.")},
    )
    text_de = forms.CharField(
        label=gettext_lazy("Text in German"),
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
        max_length=LONGEST,
    )
    text_en = forms.CharField(
        label=gettext_lazy("Text in English"),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        max_length=LONGEST,
    )
    teams = several(
        gettext_lazy("Only for these teams"), Team.objects.none(), gettext_lazy("None chosen: for everybody.")
    )
    topics = forms.CharField(
        label=gettext_lazy("Topics"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Separated by commas. At concerns of these topics it stands further up."),
    )
    valid_until = forms.DateField(label=gettext_lazy("Valid until"), required=False)
    shared = forms.BooleanField(label=gettext_lazy("For everybody"), required=False)

    def __init__(self, *args: Any, agent: Agent, block: TextBlock | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["teams"].queryset = Team.objects.filter(is_active=True).order_by("name", "pk")  # type: ignore[attr-defined]
        if block is not None or not may(agent, "text.share"):
            del self.fields["shared"]
        if block is not None:
            self.initial = _initial(block)
        elif "shared" in self.fields:
            self.initial["shared"] = True

    def clean(self) -> dict[str, Any]:
        texts = [self.cleaned_data.get(f"text_{language}", "") for language in ("de", "en")]
        if not any(text.strip() for text in texts):
            self.add_error("text_de", _("Please write a text in at least one language."))
        for language, text in zip(("de", "en"), texts, strict=True):
            if names := unknown_names(text):
                sentence = _("Nobody can fill this in: %(names)s. For a field of your own, write {{?Name}}.")
                self.add_error(f"text_{language}", sentence % {"names": ", ".join(names)})
        return self.cleaned_data

    @property
    def content(self) -> Content:
        given = self.cleaned_data
        texts = {language: given[f"text_{language}"].replace("\r\n", "\n").strip() for language in ("de", "en")}
        return Content(
            title=given["title"].strip(),
            word=given["word"],
            wordings={language: text for language, text in texts.items() if text},
            teams=tuple(sorted(team.slug for team in given["teams"])),
            topics=tuple(as_codes(given["topics"].split(","))),
            valid_until=given["valid_until"],
        )


def _initial(block: TextBlock) -> dict[str, Any]:
    texts = {f"text_{one.language}": one.text for one in block.wordings.all()}
    return texts | {
        "title": block.title,
        "word": block.word,
        "teams": [team.pk for team in block.teams.all()],
        "topics": ", ".join(block.topics),
        "valid_until": block.valid_until,
    }


def block_for(request: HttpRequest, pk: int, *, to_change: bool = True) -> TextBlock:
    """The block, if it is everybody's or this agent's; to change it one must be allowed to (403)."""
    found = get_object_or_404(TextBlock.objects.open_to(agent_of(request)).select_related("owner"), pk=pk)
    if to_change and not queries.may_change(agent_of(request), found):
        insist(request, "text.share")
    return found


@asks("ticket.reply")
@require_safe
def blocks(request: HttpRequest) -> HttpResponse:
    rows: QuerySet[TextBlock] = TextBlock.objects.open_to(agent_of(request)).prefetch_related("teams")
    today = timezone.localdate(clock.now())
    context = {
        "rows": rows.order_by("withdrawn_at", "title", "pk"),
        "today": today,
        "may_share": may(agent_of(request), "text.share"),
    }
    return show(request, "blocks", context, place="blocks")


@asks("ticket.reply")
@require_http_methods(["GET", "HEAD", "POST"])
def new_block(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    form = BlockForm(posted(request), agent=agent)
    if form.is_valid():
        owner = None if form.cleaned_data.get("shared") else agent
        try:
            made = actions.write(form.content, owner=owner, actor=actor_of(request), at=clock.now())
        except actions.WordTaken:
            _say_taken(form)
        else:
            return done(request, _("The text block %(title)s is written.") % {"title": made.title}, "blocks")
    return _show(request, form, None)


@asks("ticket.reply")
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """The block with all its versions; who may not change it reads it."""
    row = block_for(request, pk, to_change=request.method == "POST")
    form = BlockForm(posted(request), agent=agent_of(request), block=row)
    if form.is_valid():
        try:
            actions.change(row, form.content, actor=actor_of(request), at=clock.now())
        except actions.WordTaken:
            _say_taken(form)
        else:
            return done(request, _("The text block %(title)s is saved.") % {"title": form.content.title}, "blocks")
    return _show(request, form, row)


@asks("ticket.reply")
@require_POST
def withdraw_block(request: HttpRequest, pk: int) -> HttpResponse:
    row = block_for(request, pk)
    actions.withdraw(row, actor=actor_of(request), at=clock.now())
    return done(request, _("The text block %(title)s is no longer in use.") % {"title": row.title}, "blocks")


@asks("ticket.reply")
@require_POST
def take_up_block(request: HttpRequest, pk: int) -> HttpResponse:
    row = block_for(request, pk)
    try:
        actions.take_up(row, actor=actor_of(request), at=clock.now())
    except actions.WordTaken:
        words = _("Another text block has the shortcut “%(word)s” by now. Give this one another first.")
        return refused(request, words % {"word": row.word}, "block", row.pk)
    return done(request, _("The text block %(title)s is in use again.") % {"title": row.title}, "blocks")


@asks("ticket.reply")
@require_POST
def take_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Let the block say again what it said in this version; that is a new version, too."""
    row = block_for(request, pk)
    version = get_object_or_404(row.versions, number=number)
    try:
        actions.change(row, Content.from_json(version.content), actor=actor_of(request), at=clock.now())
    except actions.WordTaken as taken:
        words = _("Another text block has the shortcut “%(word)s” by now.")
        return refused(request, words % {"word": taken.word}, "block", row.pk)
    return done(request, _("It says again what it said in version %(number)s.") % {"number": number}, "block", row.pk)


@asks("ticket.reply")
@require_POST
def preview_block(request: HttpRequest) -> HttpResponse:
    """What the block would say, as it is being written; saves nothing."""
    texts = {language: request.POST.get(f"text_{language}", "")[:LONGEST] for language in ("de", "en")}
    context = {"preview": preview_of(texts, agent_of(request))}
    return show(request, "block_preview", context, place="blocks", block="preview")


def _show(request: HttpRequest, form: BlockForm, row: TextBlock | None) -> HttpResponse:
    texts = {language: form[f"text_{language}"].value() or "" for language in ("de", "en")}
    context = {
        "form": form,
        "row": row,
        "may_change": row is None or queries.may_change(agent_of(request), row),
        "versions": row.versions.select_related("created_by").order_by("-number") if row else (),
        "names": NAMES,
        "preview": preview_of(texts, agent_of(request)),
    }
    return show(request, "block", context, place="blocks")


def _say_taken(form: BlockForm) -> None:
    form.add_error("word", _("Another text block has this shortcut already."))
