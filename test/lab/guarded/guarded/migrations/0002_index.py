from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("guarded", "0001_initial")]
    operations = [AddIndexConcurrently("Thing", models.Index(fields=["name"], name="thing_name"))]
