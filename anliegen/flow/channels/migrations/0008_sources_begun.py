"""Sources that were fetched before have sorted out what lay there already."""

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce, Now


def note_begun(apps, schema_editor):
    sources = apps.get_model("channels", "Source").objects
    sources.filter(begun_at=None).exclude(uid_validity=None).update(begun_at=Coalesce(F("fetched_at"), Now()))


class Migration(migrations.Migration):

    dependencies = [("channels", "0007_sources")]

    operations = [migrations.RunPython(note_begun, migrations.RunPython.noop)]
