from django.db import migrations

FORWARD = """
CREATE FUNCTION channels_intake_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('anliegen_intake', '');
    RETURN NULL;
END $$;
CREATE TRIGGER channels_intake_notify AFTER INSERT ON channels_intake
    FOR EACH STATEMENT EXECUTE FUNCTION channels_intake_notify();
"""
BACKWARD = "DROP TRIGGER channels_intake_notify ON channels_intake; DROP FUNCTION channels_intake_notify();"


class Migration(migrations.Migration):
    """Each new line of the ledger wakes those who read mail."""

    dependencies = [("channels", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
