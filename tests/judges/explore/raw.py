"""One contract of given bytecode, explored by one call, up to the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness import Deployment, System, chain_at, contract, invariant, user
from harness.compiled import CompiledSystem, compile_system
from harness.judges.explore.job import Job, jobs_of
from harness.judges.explore.process import Limits, Outcome, find_environment, run_job
from harness.judges.explore.report import JobReport
from harness.judges.explore.session import WORKER_LIMITS, Session
from harness.judges.explore.verdicts import Verdicts
from harness.judges.protocol import Case
from harness.judges.prove.units import units_of
from harness.property import Property
from harness.verdict import Result
from tests.judges.toy import ROOT, as_property

__all__ = [
    "NEEDED",
    "WITHDRAW",
    "Raw",
    "Run",
    "code",
    "compiled",
    "explored",
    "holds",
    "job_named",
    "patched",
    "verdict",
]

NEEDED = pytest.mark.skipif(
    find_environment().python is None, reason="Manticore's environment is not there: `make setup`"
)
HERE = Path(__file__).parent
WITHDRAW = "vault.withdraw(uint256)"

Run = Callable[[Mapping[str, Any], Limits], Outcome]


class Raw(System):
    """A contract with the vault's interface, and other code behind it."""

    sources = ("contracts/Vault.sol",)
    l1 = chain_at(block=20_000_000, time=1_700_000_000)
    alice = user()
    vault = contract(l1, "Vault")

    @classmethod
    def deploy(cls, d: Deployment) -> None:
        """Deploy the vault, empty."""
        d.create(cls.vault)


@as_property
@invariant("RAW-001", severity="low", source="test")
def holds(w: Raw) -> Any:
    """The total never is the wei of everybody."""
    return w.vault.state.total != 1 << 255


def code(*parts: str | int) -> bytes:
    """Bytecode: hexadecimal text, and numbers to push."""
    found = b""
    for part in parts:
        if isinstance(part, int):
            size = max(1, -(-part.bit_length() // 8))
            found += bytes([0x5F + size]) + part.to_bytes(size, "big")
        else:
            found += bytes.fromhex(part)
    return found


def patched(module: str) -> Run:
    """A run of one of the modules beside this one, in place of the process as it is."""
    return partial(run_job, module=module, folder=HERE / "workers")


def compiled() -> CompiledSystem:
    """The system."""
    return compile_system(Raw, ROOT)


def job_named(name: str = WITHDRAW) -> Job:
    """A job of one transaction."""
    return next(each for each in jobs_of(units_of(compiled())) if each.name == name)


def explored(
    content: bytes,
    each: Property = holds,
    *,
    run: Run = run_job,
    seconds: float = 60,
    job: Job | None = None,
    **limits: int,
) -> JobReport:
    """What comes of exploring one call of code."""
    session = Session(compiled(), [each], {**WORKER_LIMITS, **limits}, run)
    address = int(session.compiled.address("vault"))
    session.world.chains["l1"].set_code(address, content)
    return session.explore(job or job_named(), [each.id], seconds)


def verdict(report: JobReport, each: Property = holds, job: Job | None = None) -> Result:
    """The verdict that follows from a report on the only job there is."""
    case = Case(compiled(), (each,), "")
    return Verdicts(case, {1: [job or job_named()]}, [report], {}, None, 0.0).on(each)
