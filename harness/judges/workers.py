"""Supervised worker processes: a task that dies, hangs or eats the memory is an outcome.

    outcomes = supervise([Task(count_to, (10,))], limits, on_message=print)

A task runs in a process of its own.  It may send messages while it runs, each of which is answered,
and what it returns comes back as :class:`Finished`; a worker that ended in any other way is
:class:`Failed`, with the reason.

Workers are copies of the supervisor where that is safe, so that what they import is imported once;
see :func:`start_method`.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, Literal

from harness.errors import HarnessError
from harness.verdict import ExitCode, Verdict

__all__ = ["Failed", "Finished", "Limits", "Send", "Task", "start_method", "supervise"]

Send = Callable[[Any], Any]
"""Sends a message from a worker to its supervisor, and returns the answer."""

_GRACE = 2.0


@dataclass(frozen=True, slots=True)
class Task:
    """``function(*args, send)``, to be called in a worker; both must be picklable.

    ``imports`` names the modules that the function imports when it is called.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use: wall time in seconds, and bytes of memory."""

    seconds: float | None = None
    memory: int | None = 8 << 30


@dataclass(frozen=True, slots=True)
class Finished:
    """A task that returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that did not: ``reason`` is for a reader, ``error`` what it raised, if anything."""

    reason: str
    error: HarnessError | None = None
    trace: str = ""

    def verdict(self) -> tuple[Verdict, str, ExitCode]:
        """What this says of every property that was still open: verdict, reason, and whose fault.

        What the worker raised is an error; one that was killed or ran out of something is not.
        """
        if self.error is not None:
            return Verdict.ERROR, str(self.error), ExitCode(self.error.exit_code)
        if self.trace:
            return Verdict.ERROR, f"{self.reason}\n{self.trace}", ExitCode.INTERNAL
        return Verdict.INCOMPLETE, self.reason, ExitCode.INTERNAL


Outcome = Finished | Failed


@dataclass
class _Worker:
    number: int
    process: BaseProcess
    connection: Connection
    deadline: float | None
    outcome: Outcome | None = None


def supervise(
    tasks: Sequence[Task],
    limits: Limits,
    *,
    jobs: int,
    on_message: Callable[[int, Any], Any],
) -> list[Outcome]:
    """Run tasks, at most ``jobs`` at once; one outcome for each, in their order.

    ``on_message`` gets the number of the task and what it sent, and returns the answer.  Workers
    are killed when the supervisor is interrupted.
    """
    method = start_method()
    if method == "fork":
        # What cannot be imported is told by the worker that needs it.
        with suppress(ImportError):
            _load(name for task in tasks for name in task.imports)
    waiting = list(enumerate(tasks))
    outcomes: dict[int, Outcome] = {}
    running: list[_Worker] = []
    try:
        while waiting or running:
            while waiting and len(running) < max(1, jobs):
                number, task = waiting.pop(0)
                running.append(_start(method, number, task, limits, running))
            _listen(running, on_message)
            for worker in [w for w in running if w.outcome is not None]:
                _stop(worker)
                running.remove(worker)
                assert worker.outcome is not None
                outcomes[worker.number] = worker.outcome
    finally:
        for worker in running:
            _stop(worker)
    return [outcomes[number] for number in range(len(tasks))]


def start_method() -> Literal["fork", "spawn"]:
    """How a worker begins: as a copy of this process, or as a fresh interpreter.

    A copy has loaded everything already.  But it has only the thread that made it: a lock that
    another one held, of a solver or of a library, would stay locked for ever.  So it is made only
    of a process of one thread, and only on Linux, where the threads of solvers are counted, too.
    """
    try:
        threads = len(os.listdir("/proc/self/task"))
    except OSError:
        return "spawn"
    return "fork" if threads == 1 else "spawn"


def _load(names: Iterable[str]) -> None:
    """Import modules.  What they make is no garbage, neither while they are imported nor later."""
    missing = [name for name in names if name not in sys.modules]
    if not missing:
        return
    collecting = gc.isenabled()
    gc.disable()
    try:
        for name in missing:
            importlib.import_module(name)
        gc.freeze()
    finally:
        if collecting:
            gc.enable()


def _start(
    method: Literal["fork", "spawn"],
    number: int,
    task: Task,
    limits: Limits,
    running: Sequence[_Worker],
) -> _Worker:
    context: ForkContext | SpawnContext = (
        multiprocessing.get_context("fork")
        if method == "fork"
        else multiprocessing.get_context("spawn")
    )
    ours, theirs = context.Pipe()
    # A copy has the supervisor's ends of all pipes, too.  If it kept them, no worker would see that
    # the supervisor is gone.
    copied = (ours, *(worker.connection for worker in running)) if method == "fork" else ()
    process = context.Process(
        target=_work,
        args=(task, theirs, limits.memory, copied),
        name=f"harness-{number}",
        daemon=True,
    )
    process.start()
    theirs.close()
    deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
    return _Worker(number, process, ours, deadline)


def _work(
    task: Task, connection: Connection, memory: int | None, copied: Sequence[Connection]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in copied:
        each.close()
    threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
    # What is here now stays, and is not to be looked through, nor copied for being looked at.
    gc.freeze()
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def send(message: Any) -> Any:
        connection.send(("message", message))
        return connection.recv()

    try:
        _load(task.imports)
        result: Outcome = Finished(task.function(*task.args, send))
    except HarnessError as error:
        result = Failed(error.what, error, traceback.format_exc())
    except MemoryError:
        result = Failed("out of memory")
    except Exception as error:  # noqa: BLE001  (a worker reports whatever happens to it)
        result = Failed(f"{type(error).__name__}: {error}", None, traceback.format_exc())
    connection.send(("outcome", result))
    connection.close()


def _end_with_the_supervisor() -> None:
    """End this worker at once when its supervisor is gone: nobody waits for what it is at."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os._exit(1)


def _listen(running: Sequence[_Worker], on_message: Callable[[int, Any], Any]) -> None:
    """Wait until something happens, and take it in."""
    deadlines = [w.deadline for w in running if w.deadline is not None]
    timeout = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
    ready = wait([w.connection for w in running], timeout)
    for worker in running:
        if worker.connection in ready:
            try:
                kind, content = worker.connection.recv()
            except (EOFError, ConnectionResetError):
                worker.outcome = Failed(_epitaph(worker.process))
                continue
            if kind == "outcome":
                worker.outcome = content
                continue
            answer = on_message(worker.number, content)
            # A worker that died meanwhile is seen to be dead when it is listened to again.
            with suppress(BrokenPipeError, ConnectionResetError):
                worker.connection.send(answer)
        if worker.deadline is not None and time.monotonic() >= worker.deadline:
            worker.outcome = Failed("out of time")


def _epitaph(process: BaseProcess) -> str:
    process.join(_GRACE)
    code = process.exitcode
    if code is not None and code < 0:
        return f"the worker was killed by {signal.Signals(-code).name}"
    return f"the worker ended with exit code {code} and without a result"


def _stop(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.join(_GRACE if isinstance(worker.outcome, Finished) else 0)
    if worker.process.is_alive():
        assert worker.process.pid is not None
        os.kill(worker.process.pid, signal.SIGKILL)
        worker.process.join()
