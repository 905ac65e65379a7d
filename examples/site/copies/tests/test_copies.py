import hashlib
from unittest import mock

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from kombu.exceptions import OperationalError

from copies.models import Copy
from copies.tasks import process_copy
from copies.tests.isolation import Isolated
from copies.tests.pdf import pdf_bytes, pdf_upload


class CopiesTests(Isolated, TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ada = User.objects.create_user("ada", password="x")
        self.client.force_login(self.ada)

    def upload(self, file=None, **fields):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post("/api/copies/", {"file": file or pdf_upload(3), **fields})

    def test_an_upload_is_stored_under_an_unguessable_name_and_queued(self) -> None:
        response = self.upload()
        self.assertEqual(response.status_code, 201)
        copy = Copy.objects.get()
        self.assertEqual(response["Location"], f"/api/copies/{copy.id}/")
        self.assertRegex(response.json()["url"], r"^/media/copies/[\w-]{32}\.pdf$")
        self.assertNotIn("essay", copy.file.name)
        self.assertEqual(response.json()["state"], "queued")
        self.assertEqual(response.json()["title"], "essay")
        self.delay.assert_called_once_with(str(copy.id))

    def test_what_is_refused(self) -> None:
        for status, file in (
            (415, SimpleUploadedFile("page.pdf", b"<html>%PDF-", content_type="application/pdf")),
            (415, SimpleUploadedFile("short.pdf", b"%PD", content_type="application/pdf")),
        ):
            with self.subTest(file=file.name):
                response = self.upload(file)
                self.assertEqual(response.status_code, status)
        self.assertEqual(self.client.post("/api/copies/", {}).status_code, 400)
        self.assertEqual(Copy.objects.count(), 0)
        self.delay.assert_not_called()

    @override_settings(MAX_UPLOAD_BYTES=100)
    def test_large_files_are_refused(self) -> None:
        self.assertEqual(self.upload().status_code, 413)
        self.assertEqual(Copy.objects.count(), 0)

    def test_the_task_records_what_it_finds_and_a_second_run_changes_nothing(self) -> None:
        content = pdf_bytes(3)
        self.upload(SimpleUploadedFile("essay.pdf", content))
        copy = Copy.objects.get()
        with mock.patch("copies.tasks.process.announce") as announce:
            self.assertEqual(process_copy(str(copy.id)), "processed")
            announce.assert_called_once()
            copy.refresh_from_db()
            first = copy.processed_at
            self.assertEqual(process_copy(str(copy.id)), "processed")
        found = self.client.get(f"/api/copies/{copy.id}/").json()
        self.assertEqual((found["pages"], found["size"]), (3, len(content)))
        self.assertEqual(found["sha256"], hashlib.sha256(content).hexdigest())
        copy.refresh_from_db()
        self.assertEqual(copy.processed_at, first)

    def test_a_damaged_pdf_is_rejected_with_a_reason(self) -> None:
        self.upload(SimpleUploadedFile("broken.pdf", b"%PDF-1.7\nnothing of the kind"))
        copy = Copy.objects.get()
        with mock.patch("copies.tasks.process.announce"):
            self.assertEqual(process_copy(str(copy.id)), "rejected")
        found = self.client.get(f"/api/copies/{copy.id}/").json()
        self.assertEqual(found["state"], "rejected")
        self.assertIn("cannot be read", found["reason"])

    def test_a_copy_deleted_while_it_waited_is_no_error(self) -> None:
        self.assertEqual(process_copy("00000000-0000-4000-8000-000000000000"), "gone")

    def test_an_upload_survives_a_broker_that_is_away(self) -> None:
        self.delay.side_effect = OperationalError("away")
        with self.assertLogs("copies.views.copy", "ERROR"):
            self.assertEqual(self.upload().status_code, 201)
        self.assertEqual(Copy.objects.get().state, "queued")

    def test_copies_are_their_owners_only(self) -> None:
        self.upload()
        copy = Copy.objects.get()
        self.client.force_login(User.objects.create_user("eve", password="x"))
        self.assertEqual(self.client.get("/api/copies/").json(), {"copies": []})
        self.assertEqual(self.client.get(f"/api/copies/{copy.id}/").status_code, 404)
        self.assertEqual(self.client.delete(f"/api/copies/{copy.id}/").status_code, 404)
        self.client.logout()
        self.assertEqual(self.client.get("/api/copies/").status_code, 401)
        self.assertEqual(self.client.post("/api/copies/", {"file": pdf_upload()}).status_code, 401)
        self.assertEqual(Copy.objects.count(), 1)

    def test_deleting_takes_the_file_too(self) -> None:
        self.upload()
        copy = Copy.objects.get()
        self.assertTrue(copy.file.storage.exists(copy.file.name))
        with self.captureOnCommitCallbacks(execute=True):
            self.assertEqual(self.client.delete(f"/api/copies/{copy.id}/").status_code, 204)
        self.assertFalse(copy.file.storage.exists(copy.file.name))

    def test_the_newest_copy_comes_first(self) -> None:
        for name in ("one.pdf", "two.pdf"):
            self.upload(pdf_upload(name=name))
        titles = [copy["title"] for copy in self.client.get("/api/copies/").json()["copies"]]
        self.assertEqual(titles, ["two", "one"])

    def test_the_admin_shows_the_models(self) -> None:
        self.client.force_login(User.objects.create_superuser("root", password="x"))
        self.upload()
        for model in ("copy", "trace", "ledgerentry"):
            self.assertEqual(self.client.get(f"/admin/copies/{model}/").status_code, 200)
