"""Who answers customers may ask for concessions, and who leads decides: roles made before get the permissions that
the standard roles have now."""

from django.db import migrations
from django.db.migrations.state import StateApps


def give(apps: StateApps, _schema: object) -> None:
    for role in apps.get_model("accounts", "Role").objects.order_by("pk"):
        wanted = list(role.permissions)
        if "ticket.reply" in wanted:
            wanted.append("concession.ask")
        if "audit.read" in wanted and "ticket.reply" in wanted:
            wanted.append("concession.approve")
        if wanted != role.permissions:
            role.permissions = wanted
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_leeway"),
    ]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
