from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("guarded", "0001_initial")]
    operations = [
        migrations.AddField("Thing", "color", models.CharField(max_length=9, db_default="", default="")),
        migrations.RunPython(migrations.RunPython.noop),
    ]
