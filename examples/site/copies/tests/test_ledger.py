import json

from django.db import IntegrityError, transaction
from django.test import TestCase, override_settings
from kombu.exceptions import OperationalError

from copies.models import LedgerEffect, LedgerEntry, Trace
from copies.tasks import carry_out, write_trace
from copies.tests.isolation import Isolated

TOKEN = {"X-Admin-Token": "token-of-the-operator"}


class LedgerTests(Isolated, TestCase):
    def write(self, body: object, headers: dict[str, str] = TOKEN):
        return self.client.post("/api/ledger/", json.dumps(body), content_type="application/json", headers=headers)

    def test_a_number_is_written_once_and_has_one_effect(self) -> None:
        self.assertEqual(self.write({"id": 7}).status_code, 201)
        again = self.write({"id": 7})
        self.assertEqual((again.status_code, again.json()["created"], again.json()["queued"]), (200, False, True))
        self.assertEqual(self.delay.call_args_list[0].args, (7, 0))
        self.assertEqual([carry_out(7), carry_out(7)], [True, False])
        counts = self.client.get("/api/ledger/", headers=TOKEN).json()
        self.assertEqual(counts, {"recorded": 1, "done": 1, "runs": 2, "lowest": 7, "highest": 7, "pending": 0})
        self.assertTrue(self.write({"id": 7}).json()["done"])
        self.assertEqual(self.delay.call_count, 2)

    def test_the_database_itself_refuses_a_second_entry_or_effect(self) -> None:
        entry = LedgerEntry.objects.create(number=1)
        LedgerEffect.objects.create(entry=entry)
        with self.assertRaises(IntegrityError), transaction.atomic():
            LedgerEntry.objects.create(number=1)
        with self.assertRaises(IntegrityError), transaction.atomic():
            LedgerEffect.objects.create(entry=entry)

    def test_a_write_that_could_not_be_queued_is_not_acknowledged(self) -> None:
        self.delay.side_effect = OperationalError("away")
        response = self.write({"id": 1})
        self.assertEqual((response.status_code, response.json()["recorded"]), (503, True))
        self.delay.side_effect = None
        self.assertEqual(self.write({"id": 1}).json()["queued"], True)

    def test_entries_are_listed_by_page(self) -> None:
        LedgerEntry.objects.bulk_create(LedgerEntry(number=number) for number in range(1001))
        first = self.client.get("/api/ledger/?after=-1", headers=TOKEN).json()
        self.assertEqual((len(first["entries"]), first["next_after"]), (1000, 999))
        last = self.client.get("/api/ledger/?after=999", headers=TOKEN).json()
        self.assertEqual(last["entries"], [{"id": 1000, "runs": 0, "done": False}])
        self.assertIsNone(last["next_after"])

    def test_only_the_operator_may(self) -> None:
        for headers in ({}, {"X-Admin-Token": "wrong"}, {"X-Admin-Token": "tökén"}):
            self.assertEqual(self.write({"id": 1}, headers).status_code, 403)
            self.assertEqual(self.client.get("/api/slow/", headers=headers).status_code, 403)
        with override_settings(ADMIN_TOKEN=""):
            self.assertEqual(self.write({"id": 1}, {"X-Admin-Token": ""}).status_code, 403)
        self.assertEqual(LedgerEntry.objects.count(), 0)

    def test_bodies_that_are_not_entries(self) -> None:
        for body in (None, [], {}, {"id": "1"}, {"id": True}, {"id": -1}, {"id": 2**63}, {"id": 1, "work_seconds": 61}):
            with self.subTest(body=body):
                self.assertEqual(self.write(body).status_code, 400)

    def test_a_slow_answer(self) -> None:
        self.assertEqual(self.client.get("/api/slow/?seconds=0.01", headers=TOKEN).json()["slept"], 0.01)
        for seconds in ("31", "-1", "nan", "x"):
            self.assertEqual(self.client.get(f"/api/slow/?seconds={seconds}", headers=TOKEN).status_code, 400)


class TraceTests(Isolated, TestCase):
    def test_a_trace_is_left_once_a_task(self) -> None:
        self.assertEqual(self.client.get("/api/traces/latest").status_code, 404)
        for task_id in ("one", "one", "two"):
            write_trace.apply(task_id=task_id)
        self.assertEqual(Trace.objects.count(), 2)
        latest = self.client.get("/api/traces/latest").json()
        self.assertEqual(latest["total"], 2)
        self.assertLess(latest["age_seconds"], 60)
