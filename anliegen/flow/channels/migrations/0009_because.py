"""A delivery knows upon which event it was planned, so that what becomes of it names its cause."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0008_sources_begun'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='because',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='depth',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
