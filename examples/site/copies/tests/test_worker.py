import time
import uuid

from celery.contrib.testing.worker import start_worker
from django.contrib.auth.models import User
from django.test import TransactionTestCase

from copies.models import Copy, LedgerEntry
from copies.tasks import carry_out, process_copy
from copies.tests.isolation import Isolated
from copies.tests.pdf import pdf_upload
from core.celery import app


class WorkerTests(Isolated, TransactionTestCase):
    """Through the real broker, on a queue that no other worker listens to."""

    def test_tasks_travel_through_the_broker(self) -> None:
        owner = User.objects.create_user("ada")
        copy = Copy.objects.create(owner=owner, file=pdf_upload(2), original_name="a.pdf")
        LedgerEntry.objects.create(number=5)
        queue = f"test-{uuid.uuid4()}"
        for task, args in ((process_copy, [str(copy.id)]), (carry_out, [5, 0]), (carry_out, [5, 0])):
            task.apply_async(args, queue=queue, serializer="json")
        with start_worker(app, queues=[queue], perform_ping_check=False, pool="solo", shutdown_timeout=30):
            self.wait_for(lambda: LedgerEntry.objects.get(number=5).runs == 2)
        copy.refresh_from_db()
        self.assertEqual((copy.state, copy.pages), ("processed", 2))
        self.assertTrue(hasattr(LedgerEntry.objects.get(number=5), "effect"))

    def wait_for(self, reached, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not reached():
            self.assertLess(time.monotonic(), deadline, "the worker did not do its tasks in time")
            time.sleep(0.1)

    def test_no_task_is_acknowledged_before_it_is_done(self) -> None:
        self.assertTrue(app.conf.task_acks_late)
        self.assertTrue(app.conf.task_reject_on_worker_lost)
        self.assertEqual(app.conf.worker_prefetch_multiplier, 1)
        self.assertGreater(app.conf.broker_transport_options["visibility_timeout"], app.conf.task_time_limit)
