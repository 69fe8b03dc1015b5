"""Supervised workers: whatever becomes of a task is an outcome, and no worker is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.errors import LookupProblem, UsageError
from harness.judges import workers
from harness.judges.evaluate import PropertyFault
from harness.judges.workers import (
    Failed,
    Finished,
    Limits,
    Outcome,
    Send,
    Task,
    start_method,
    supervise,
)

FOREVER = 600

REPOSITORY = Path(__file__).parents[2]

METHODS = ("fork", "spawn") if sys.platform == "linux" else ("spawn",)


@pytest.fixture(params=METHODS, autouse=True)
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How workers begin: each test is made with copies and with fresh interpreters."""
    monkeypatch.setattr(workers, "start_method", lambda: request.param)
    return str(request.param)


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


def alone(send: Send) -> None:
    """Tells its number, and waits for orders that do not come."""
    send(os.getpid())
    send("again")


def busy(send: Send) -> None:
    """Tells its number, and then never stops."""
    send(os.getpid())
    while True:
        pass


@pytest.mark.parametrize(("worker", "messages"), [("alone", 4), ("busy", 2)])
def test_workers_end_with_a_supervisor_that_was_killed(
    worker: str, messages: int, tmp_path: Path, method: str
) -> None:
    """Nor does one wait for ever for an answer, or go on with what it is at."""
    (tmp_path / "killed.py").write_text(
        f"""
import os, signal, sys
from harness.judges import workers
from tests.judges.test_workers import {worker}

def note(number, said):
    heard.append(said)
    if len(heard) == {messages}:
        print(len(set(heard) - {{"again"}}))
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)

heard = []
if __name__ == "__main__":
    workers.start_method = lambda: {method!r}
    tasks = [workers.Task({worker})] * 2
    workers.supervise(tasks, workers.Limits(), jobs=2, on_message=note)
"""
    )
    done = subprocess.run(
        [sys.executable, str(tmp_path / "killed.py")],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=FOREVER / 5,
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == ["2"]


def test_a_process_with_threads_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    script = """
import sys, threading
from harness.judges.workers import start_method
print(start_method())
lock = threading.Event()
threading.Thread(target=lock.wait).start()
print(start_method())
lock.set()
"""
    said = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    assert said.split() == [METHODS[0], "spawn"]
    monkeypatch.undo()
    monkeypatch.setattr(os, "listdir", lambda path: (_ for _ in ()).throw(FileNotFoundError(path)))
    assert start_method() == "spawn", "where the threads of a process cannot be counted"


def test_what_a_task_imports_is_there_when_it_is_called(method: str) -> None:
    sys.modules.pop("xmlrpc.client", None)
    (outcome,) = run(Task(imported, ("xmlrpc.client",), imports=("xmlrpc.client",)))
    assert outcome == Finished(True)
    assert ("xmlrpc.client" in sys.modules) == (method == "fork"), "copies load nothing twice"
    missing = failure(run(Task(imported, ("no_such",), imports=("no_such",)))[0])
    assert missing.reason == "ModuleNotFoundError: No module named 'no_such'"


def imported(name: str, send: Send) -> bool:
    return name in sys.modules
