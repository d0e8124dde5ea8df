from django.db import migrations

FORWARD = """
CREATE TABLE rate_limits (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX rate_limits_expires ON rate_limits (expires);
"""


class Migration(migrations.Migration):
    """The table of Django's database cache, in which failed logins are counted for all web processes."""

    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP TABLE rate_limits;")]
