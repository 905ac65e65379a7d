from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import TransactionTestCase


class MigrationTests(TransactionTestCase):
    def migrate(self, name: str | None):
        executor = MigrationExecutor(connection)
        executor.migrate([("copies", name)])
        return MigrationExecutor(connection).loader.project_state([("copies", name)] if name else []).apps

    def tearDown(self) -> None:
        call_command("migrate", "copies", verbosity=0)
        super().tearDown()

    def tables(self) -> set[str]:
        return {name for name in connection.introspection.table_names() if name.startswith("copies_")}

    def test_every_migration_can_be_reversed_and_applied_again(self) -> None:
        names = sorted(name for app, name in MigrationExecutor(connection).loader.disk_migrations if app == "copies")
        self.assertGreaterEqual(len(names), 4)
        before = self.tables()
        self.assertTrue(before)
        for name in [*reversed(names[:-1]), None]:
            self.migrate(name)
        self.assertEqual(self.tables(), set())
        for name in names:
            self.migrate(name)
        self.assertEqual(self.tables(), before)
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)

    def test_titles_come_from_file_names_and_people_keep_theirs_on_reversal(self) -> None:
        apps = self.migrate("0003_copy_title_sha256_reason")
        owner = User.objects.create_user("ada")
        copies = apps.get_model("copies", "Copy").objects
        copies.create(owner_id=owner.pk, file="a.pdf", original_name="Essay on bees.pdf")
        copies.create(owner_id=owner.pk, file="b.pdf", original_name="b.pdf", title="My own")

        def titles(apps) -> set[str]:
            return set(apps.get_model("copies", "Copy").objects.values_list("title", flat=True))

        self.assertEqual(titles(self.migrate("0004_title_from_name")), {"Essay on bees", "My own"})
        self.assertEqual(titles(self.migrate("0003_copy_title_sha256_reason")), {"", "My own"})
