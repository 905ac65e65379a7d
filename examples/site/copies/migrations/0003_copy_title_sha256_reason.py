from django.db import migrations, models


class Migration(migrations.Migration):
    # The database itself knows the defaults: the release before this one goes on inserting rows meanwhile.
    dependencies = [("copies", "0002_ledger")]
    operations = [
        migrations.AddField("Copy", "title", models.CharField(db_default="", default="", max_length=255)),
        migrations.AddField("Copy", "sha256", models.CharField(blank=True, db_default="", default="", max_length=64)),
        migrations.AddField("Copy", "reason", models.CharField(blank=True, db_default="", default="", max_length=255)),
    ]
