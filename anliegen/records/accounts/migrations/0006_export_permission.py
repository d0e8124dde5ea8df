"""Whoever manages the settings may export lists: before this there was no permission of its own."""

from django.db import migrations

GIVE = """
    UPDATE accounts_role SET permissions = permissions || ARRAY['ticket.export']::varchar[]
    WHERE 'settings.manage' = ANY(permissions) AND NOT 'ticket.export' = ANY(permissions)
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_next_concern")]

    operations = [migrations.RunSQL(GIVE, migrations.RunSQL.noop)]
