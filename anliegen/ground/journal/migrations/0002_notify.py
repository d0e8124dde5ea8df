from django.db import migrations

FORWARD = """
CREATE FUNCTION journal_event_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('anliegen_journal', '');
    RETURN NULL;
END $$;
CREATE TRIGGER journal_event_notify AFTER INSERT ON journal_event
    FOR EACH STATEMENT EXECUTE FUNCTION journal_event_notify();
"""
BACKWARD = "DROP TRIGGER journal_event_notify ON journal_event; DROP FUNCTION journal_event_notify();"


class Migration(migrations.Migration):
    """Each recorded event wakes the sealer at commit."""

    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
