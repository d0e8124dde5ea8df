from django.db import migrations

CODE = "text.share"


def allow(apps, schema_editor):
    """Who may change settings, or reads the journal as leads do, also writes texts for everybody."""
    for role in apps.get_model("accounts", "Role").objects.all():
        if {"settings.manage", "audit.read"} & set(role.permissions) and CODE not in role.permissions:
            role.permissions = [*role.permissions, CODE]
            role.save(update_fields=["permissions"])


class Migration(migrations.Migration):

    dependencies = [("accounts", "0012_keys")]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop, elidable=True)]
