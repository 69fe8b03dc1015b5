"""Supervised workers: whatever becomes of a task is an outcome, and no worker is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from harness.errors import LookupProblem, UsageError
from harness.judges.evaluate import PropertyFault
from harness.judges.workers import Failed, Finished, Limits, Outcome, Send, Task, supervise

FOREVER = 600


def counts(last: int, send: Send) -> int:
    for number in range(last):
        send(number)
    return last


def misused(send: Send) -> None:
    raise UsageError("no such thing", where="here", fix="name another")


def faulty(send: Send) -> None:
    raise PropertyFault("it raises", where="a.py:3", fix="mend it", property_id="A-1")


def buggy(send: Send) -> None:
    raise KeyError("a bug")


def leaves(send: Send) -> None:
    sys.exit(3)


def dies(send: Send) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hangs(send: Send) -> None:
    send(os.getpid())
    time.sleep(FOREVER)


def chatters(send: Send) -> None:
    while True:
        send("still here")


def hoards(send: Send) -> int:
    return len(bytearray(4 << 30))


def unpicklable(send: Send) -> Callable[[], None]:
    return lambda: None


def run(*tasks: Task, limits: Limits | None = None, jobs: int = 2) -> list[Outcome]:
    return supervise(tasks, limits or Limits(), jobs=jobs, on_message=lambda number, said: None)


def failure(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed)
    return outcome


def test_results_come_in_the_order_of_tasks_and_messages_arrive() -> None:
    heard: dict[int, list[Any]] = {0: [], 1: [], 2: []}
    tasks = [Task(counts, (number,)) for number in (3, 1, 2)]
    outcomes = supervise(
        tasks, Limits(), jobs=2, on_message=lambda number, said: heard[number].append(said)
    )
    assert outcomes == [Finished(3), Finished(1), Finished(2)]
    assert heard == {0: [0, 1, 2], 1: [0], 2: [0, 1]}


def test_a_task_that_raises() -> None:
    wrong, fault, bug = map(failure, run(Task(misused), Task(faulty), Task(buggy)))
    assert isinstance(wrong.error, UsageError)
    assert (wrong.reason, wrong.error.where, wrong.error.fix) == (
        "no such thing",
        "here",
        "name another",
    )
    assert isinstance(fault.error, PropertyFault)
    assert fault.error.property_id == "A-1"
    assert (bug.reason, bug.error) == ("KeyError: 'a bug'", None)
    assert "in buggy" in bug.trace


def test_a_worker_that_ends_without_a_result(capfd: pytest.CaptureFixture[str]) -> None:
    left, died, odd = map(failure, run(Task(leaves), Task(dies), Task(unpicklable)))
    assert left.reason == "the worker ended with exit code 3 and without a result"
    assert died.reason == "the worker was killed by SIGKILL"
    assert odd.reason == "the worker ended with exit code 1 and without a result"
    assert "<lambda>" in capfd.readouterr().err


def test_limits_of_time_and_memory() -> None:
    tasks = (Task(hangs), Task(chatters), Task(hoards))
    hung, noisy, fat = map(failure, run(*tasks, limits=Limits(seconds=5, memory=2 << 30), jobs=3))
    assert hung.reason == noisy.reason == "out of time"
    assert fat.reason == "out of memory"


def test_an_interrupt_of_the_supervisor_kills_the_workers() -> None:
    seen: list[int] = []

    def interrupt(number: int, said: Any) -> None:
        seen.append(said)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        supervise([Task(hangs), Task(hangs)], Limits(), jobs=2, on_message=interrupt)
    assert not psutil.pid_exists(seen[0])
    assert not multiprocessing.active_children()


def test_errors_keep_what_they_know_across_processes() -> None:
    problem = LookupProblem.unknown("event", "Deposit", ["Deposited"], "vault")
    (outcome,) = run(Task(echo, (problem,)))
    assert isinstance(outcome, Finished)
    assert type(outcome.value) is LookupProblem
    assert str(outcome.value) == str(problem)


def echo(value: Any, send: Send) -> Any:
    return value
