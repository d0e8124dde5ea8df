from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0003_cursor_verbs"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at", "id"], name="journal_event_at"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "at", "id"], name="journal_event_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["verb", "at", "id"], name="journal_event_verb"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "verb", "at", "id"], name="journal_event_actor_verb"),
        ),
    ]
