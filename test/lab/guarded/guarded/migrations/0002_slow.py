from django.db import migrations, models

# Takes as long as nobody says go.
WAITS = """DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM guarded_go) LOOP PERFORM pg_sleep(0.1); END LOOP;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("guarded", "0001_initial")]
    operations = [
        migrations.AddField("Thing", "color", models.CharField(max_length=9, db_default="", default="")),
        migrations.RunSQL(WAITS, ""),
    ]
