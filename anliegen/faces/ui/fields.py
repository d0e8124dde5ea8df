"""A Django form field as the `field` component draws it, so that no form needs widget settings."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import timezone
from django.utils.translation import gettext as _

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    # Order matters: the narrower class first.
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.SelectMultiple, "multiple"),
    (forms.Select, "select"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Textarea, "textarea"),
    (forms.DateTimeInput, "datetime-local"),
    (forms.DateInput, "date"),
    (forms.TimeInput, "time"),
)
DASHES = BLANK_CHOICE_DASH[0][1]  # what Django shows for nothing: it says so to nobody
PASSED = (
    *("autocomplete", "autofocus", "inputmode", "pattern", "min", "max", "step"),
    *("minlength", "maxlength", "placeholder", "rows"),
)


def drawn_field(bound: forms.BoundField) -> dict[str, Any]:
    """The arguments of the `field` component for one field of a form, bound or not."""
    widget = bound.field.widget
    kind = kind_of(widget)
    attrs = bound.build_widget_attrs({**widget.attrs}, widget)
    if isinstance(bound.field, forms.DecimalField) and kind == "text":
        attrs.setdefault("inputmode", "decimal")  # with a comma it is no number to a browser
    value = bound.value()
    return {
        "name": bound.html_name,
        "label": bound.label,
        "kind": kind,
        "value": value if kind in ("checkbox", "checkboxes", "multiple") else text_of(value, kind),
        "hint": bound.help_text,
        "error": " ".join(str(error) for error in bound.errors),
        "required": bound.field.required,
        "disabled": bound.field.disabled,
        "needed": getattr(bound.form, "needed_later", {}).get(bound.name, ""),  # where it may be empty now
        "options": options_of(bound) if hasattr(bound.field, "choices") else (),
        "id": bound.id_for_label if kind not in ("radios", "checkboxes") else bound.auto_id,
        "attrs": {name: attrs[name] for name in PASSED if name in attrs},
    }


def kind_of(widget: forms.Widget) -> str:
    for form, kind in KINDS:
        if isinstance(widget, form):
            return kind
    return getattr(widget, "input_type", None) or "text"


def options_of(bound: forms.BoundField) -> list[tuple[str, str]]:
    """(value, label) pairs; groups are flattened, because every list here is short."""
    found: list[tuple[str, str]] = []
    for value, label in bound.field.choices:  # type: ignore[attr-defined]
        if isinstance(label, (list, tuple)):
            found += [(str(inner), str(text)) for inner, text in label]
        else:
            found.append(("" if value is None else str(value), _("not set") if label == DASHES else str(label)))
    return found


def text_of(value: Any, kind: str) -> str:
    """The value as the browser's own date and time inputs want it; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.strftime("%Y-%m-%dT%H:%M") if kind == "datetime-local" else local.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def form_errors(form: forms.BaseForm) -> list[tuple[str | None, str]]:
    """(id of the field or None, sentence) for the summary above a form, in the order of the fields."""
    found: list[tuple[str | None, str]] = [(None, str(error)) for error in form.non_field_errors()]
    for bound in form:
        target = drawn_field(bound)["id"] or None
        label = str(bound.label).rstrip(" ?!.:")
        found += [(target, f"{label}: {error}") for error in bound.errors]
    return found
