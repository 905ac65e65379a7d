"""Runs Celery as `celery ARGUMENT...` does, and shows that the worker lives: python worker.py FILE ARGUMENT...

FILE is touched when the worker begins to take tasks and with each of its heartbeats, every two seconds. A worker that hangs,
or has lost its broker, sends none. To look at the file costs nothing; to ask by `celery inspect ping` costs a start of the
whole application.

On SIGTTOU the worker rests: it ends what it has and takes nothing more. A release sends it to the former worker, which does
not know the new one's tasks: Celery throws away what a worker does not know. On SIGTTIN it takes tasks again.
"""
import os
import signal
import sys
from pathlib import Path

from celery import maybe_patch_concurrency, signals

alive = Path(sys.argv[1])
sys.argv = ["celery", *sys.argv[2:]]
maybe_patch_concurrency()

from celery import bootsteps
from celery.bin.celery import main
from celery.worker.consumer import Consumer

resting = False
# Celery's loop waits for what can be read; a signal alone does not wake it.
heard, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)


def touch(**_):
    alive.touch()


class Rest(bootsteps.StartStopStep):
    """Takes tasks or rests, as was said last; begun again with each connection to the broker."""

    requires = {"celery.worker.consumer.tasks:Tasks"}

    def start(self, consumer):
        signal.signal(signal.SIGTTOU, lambda *_: self.tell(consumer, True))
        signal.signal(signal.SIGTTIN, lambda *_: self.tell(consumer, False))
        if consumer.hub:
            consumer.hub.add_reader(heard, self.hear, consumer)
        if resting:
            self.follow(consumer)

    def tell(self, consumer, rests):
        global resting
        resting = rests
        if consumer.hub:
            os.write(told, b".")
        else:
            consumer.call_soon(self.follow, consumer)

    def hear(self, consumer):
        os.read(heard, 4096)
        self.follow(consumer)

    def follow(self, consumer):
        for queue in list(consumer.app.amqp.queues.consume_from):
            if resting:
                consumer.task_consumer.cancel_by_queue(queue)
            else:
                consumer.add_task_queue(queue)
        print("worker: " + ("rests, another takes the tasks" if resting else "takes tasks"), flush=True)


unknown = Consumer.on_unknown_task


def on_unknown_task(self, body, message, exc):
    """What came just before this worker came to rest is for the one that knows it."""
    if resting:
        message.requeue()
    else:
        unknown(self, body, message, exc)


Consumer.on_unknown_task = on_unknown_task
Consumer.Blueprint.default_steps = [*Consumer.Blueprint.default_steps, Rest]
signals.worker_ready.connect(touch, weak=False)
signals.heartbeat_sent.connect(touch, weak=False)

sys.exit(main())
