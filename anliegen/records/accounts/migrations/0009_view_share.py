"""Whoever manages the settings, or sees all teams and answers, may share views: as in the standard roles of a new instance."""

from typing import Any

from django.db import migrations
from django.db.models import Q


def allow(apps: Any, _schema: Any) -> None:
    roles = apps.get_model("accounts", "Role").objects
    leading = Q(permissions__contains=["settings.manage"]) | Q(sees_all_teams=True, permissions__contains=["ticket.change"])
    for role in roles.filter(leading).exclude(permissions__contains=["view.share"]):
        role.permissions = [*role.permissions, "view.share"]
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_composer")]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
