from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # CREATE INDEX CONCURRENTLY lets uploads go on while it runs, and cannot stand in a transaction.
    atomic = False
    dependencies = [("copies", "0004_title_from_name")]
    operations = [
        AddIndexConcurrently("Copy", models.Index(fields=["owner", "-uploaded_at"], name="copies_by_owner_newest"))
    ]
