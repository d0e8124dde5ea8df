"""What the forms of the settings have in common."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _

from anliegen.ground.text import sort_key
from anliegen.records.accounts.models import Agent, Mailbox
from anliegen.records.tickets import queries as tickets
from anliegen.records.tickets.codes import as_code

LONGEST_SLUG = 50
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

M = TypeVar("M", bound=Model)


class CodesField(forms.CharField):
    """Topics, tags or languages, separated by commas, as a list of codes."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**({"max_length": 1000} | more))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        words = super().clean(value).split(",")
        return list(dict.fromkeys(code for word in words if (code := as_code(word))))


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes no parameter at run time
    """Checks a setting; an action saves it."""

    def values(self) -> dict[str, Any]:
        """What the action is given. Browsers end lines as mails do; we keep them as texts do."""
        given = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in given.items()}

    def insist_on_one(self, field: str, sentence: str, **same: Any) -> None:
        """An error at this field when another row has the same."""
        others = type(self.instance)._default_manager.filter(**same)
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error(field, sentence)


def offer(form: forms.BaseForm, field: str, rows: "QuerySet[Any]", *, nothing: str | None = None) -> None:
    """Let this field choose among these rows, sorted as in a phone list; `nothing` names the empty choice."""
    chooser = form.fields[field]
    chooser.queryset = rows  # type: ignore[attr-defined]  # only fields that choose among rows come here
    empty = [("", nothing)] if nothing is not None else []
    chooser.choices = [*empty, *((row.pk, str(row)) for row in by_name(rows))]  # type: ignore[attr-defined]


def several(label: Promise, rows: "QuerySet[Any]", help_text: Promise) -> "forms.ModelMultipleChoiceField[Any]":
    """A list of rows to tick; ticking none is fine."""
    return forms.ModelMultipleChoiceField(
        label=label, queryset=rows, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def by_name(rows: Iterable[M]) -> list[M]:
    """In the order of a phone list."""
    return sorted(rows, key=lambda row: sort_key(str(row)))


def choosable_agents(chosen: int | None = None) -> "QuerySet[Agent]":
    """The active ones, and the one who is chosen already."""
    rows = Agent.objects.filter(is_active=True)
    return rows | Agent.objects.filter(pk=chosen) if chosen is not None else rows


def new_slug(model: type[Model], name: str, *, column: str = "slug") -> str:
    """A short name made from the name, free among the rows of this model. Kept for ever, since programs rely on it."""
    base = slugify(name.lower().translate(GERMAN))[: LONGEST_SLUG - 5] or str(model._meta.model_name)
    known = model._default_manager.filter(**{f"{column}__startswith": base})
    taken = set(known.values_list(column, flat=True))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def counted(count: int) -> str:
    """How many concerns: `tickets.count` ends at COUNT_TO."""
    return f"{tickets.COUNT_TO}+" if count == tickets.COUNT_TO else str(count)


def boxes(**which: Any) -> list[str]:
    """The addresses of these mailboxes."""
    return list(Mailbox.objects.filter(**which).order_by("address").values_list("address", flat=True))


def nobody() -> str:
    return _("nobody")
