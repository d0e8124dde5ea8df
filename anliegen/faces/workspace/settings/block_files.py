"""Text blocks as a file: to keep them, to look them through elsewhere, to take them to another instance."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.blocks import BlockForm
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, show
from anliegen.ground import clock
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.knowledge import actions, queries
from anliegen.records.knowledge.content import Content, NoContent

FORMAT = "anliegen-text-blocks/1"
LARGEST = 5_000_000  # bytes
MOST = 2000


class ImportForm(forms.Form):
    """A file as `export` makes it. One that is wrong anywhere is refused as a whole, with the place."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("A JSON file of text blocks."))

    def __init__(self, *args: Any, agent: Agent, **more: Any) -> None:
        super().__init__(*args, **more)
        self._agent = agent

    def clean_file(self) -> list[Content]:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise ValidationError(_("This file is too large to be one of text blocks."))
        return [self._checked(number, one) for number, one in enumerate(_read(upload.read()), start=1)]

    def _checked(self, number: int, given: Any) -> Content:
        """The same rules as for one that is typed."""
        try:
            content = Content.from_json(given)
        except NoContent:
            raise ValidationError(_("Number %(number)s is no text block.") % {"number": number}) from None
        texts = {f"text_{language}": text for language, text in content.wordings.items()}
        teams = Team.objects.filter(slug__in=content.teams, is_active=True)
        typed = BlockForm(
            texts | {
                "title": content.title, "word": content.word, "topics": ", ".join(content.topics),
                "valid_until": content.valid_until, "teams": [team.pk for team in teams],
            },
            agent=self._agent,
        )  # fmt: skip
        if not content.wordings.keys() <= dict(LANGUAGES).keys() or not typed.is_valid():
            errors = " ".join(str(error) for found in typed.errors.values() for error in found)
            words = _("Number %(number)s (%(title)s) does not fit. %(errors)s")
            raise ValidationError(words % {"number": number, "title": content.title, "errors": errors})
        return typed.content


def _read(raw: bytes) -> list[Any]:
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValidationError(_("This is no JSON file.")) from None
    blocks = read.get("blocks") if isinstance(read, dict) and read.get("format") == FORMAT else None
    if not isinstance(blocks, list) or len(blocks) > MOST:
        raise ValidationError(_("This is no file of text blocks."))
    return blocks


@asks("text.share")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everybody's text blocks in use; nobody's own."""
    blocks = [queries.content_of(block).as_json() for block in queries.shared()]
    text = json.dumps({"format": FORMAT, "blocks": blocks}, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    day = timezone.localdate(clock.now()).isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="textbausteine-{day}.json"'
    return response


@asks("text.share")
@require_http_methods(["GET", "HEAD", "POST"])
def import_blocks(request: HttpRequest) -> HttpResponse:
    """Take in a file: what has the same shortcut gets a new version, all else is new."""
    form = ImportForm(posted(request), request.FILES or None, agent=agent_of(request))
    if form.is_valid():
        moved = actions.move_in(form.cleaned_data["file"], actor=actor_of(request), at=clock.now())
        words = _("Taken in: %(written)s new, %(changed)s changed, %(same)s as they were.")
        return done(request, words % vars(moved), "blocks")
    return show(request, "blocks_import", {"form": form}, place="blocks")
