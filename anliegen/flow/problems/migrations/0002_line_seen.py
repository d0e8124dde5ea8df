from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="seen",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
