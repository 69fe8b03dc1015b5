"""``python -m worker JOB RESULT MEMORY``: do the job in a file, write what comes of it to another.

Manticore logs to stdout, so nothing is told there. Each line of the result is one path; the last
one says that all paths were told.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

from .code import Code
from .explore import Begin, Ended, Limits, follow
from .export import Table
from .expressions import canonical, concat, constant, plain, widen
from .guards import Tripped
from .memory import Bytes, bytes_of
from .slots import Hashes, Storage, preimages
from .solver import Solver
from .world import Shared, State, World, variable

_RECURSION = 100_000
_VALUE_BITS = 248
"""No account holds more wei, so that no sum of balances overflows."""


def run(job: dict[str, Any], tell: Any) -> None:
    """Follow every path of a job, and tell of each."""
    hashes = Hashes()
    preimages(job["preimages"], hashes)
    accounts = {int(each["address"], 16): each for each in job["accounts"]}
    codes = {address: Code(bytes.fromhex(each["code"])) for address, each in accounts.items()}
    solver = Solver(job["rlimit"])
    state = State(
        {
            address: Storage({int(k, 16): int(v, 16) for k, v in each["storage"].items()})
            for address, each in accounts.items()
        },
        {address: int(each["wei"], 16) for address, each in accounts.items()},
    )
    begins = [_begin(each) for each in job["transactions"]]
    shared = Shared(codes, job["chain_id"], hashes, solver, transactions=len(begins))
    world = World(shared, state)
    written: set[tuple[int, int]] = set()
    table = Table(hashes)
    count = cut = 0
    for ended in follow(world, begins, Limits(job["paths"], job["steps"], job["rounds"])):
        if ended.cut:
            cut += 1
            continue
        tell({**_told(table, ended), "table": table.taken()})
        count += 1
        if ended.world.done and ended.world.done[-1].success:
            written |= shared.written(ended.world.done[-1])
    told = {"read": _variables(shared.read), "written": _variables(written)}
    tell({"end": count, "cut": cut, "queries": solver.queries, "unknown": solver.unknown, **told})


def _variables(found: set[tuple[int, int]]) -> list[str]:
    return sorted(f"{address:#x}[{slot:#x}]" for address, slot in found)


def _told(table: Table, ended: Ended) -> dict[str, Any]:
    try:
        if not ended.guard:
            return {"path": table.ended(ended.world)}
        conditions = [table.number(each) for each in ended.world.path]
        return {"guard": ended.guard, "reason": ended.reason, "conditions": conditions}
    except Tripped as tripped:
        return {"guard": tripped.guard, "reason": tripped.reason, "conditions": []}


def _begin(transaction: dict[str, Any]) -> Begin:
    def begin(world: World, number: int) -> None:
        prefix = world.prefix = transaction["prefix"]
        caller = variable(f"{prefix}msg.sender", 160)
        origin = variable(f"{prefix}tx.origin", 160)
        value = plain(widen(variable(f"{prefix}msg.value", _VALUE_BITS), 256))
        for address in transaction["barred"]:
            for who in (caller, origin):
                world.constrain(who != int(address, 16))
        for who in (caller, origin):
            world.constrain(who.ugt(0x11))
        for what, least in transaction["clock"].items():
            world.constrain(variable(f"{prefix}block.{what}", 64).uge(int(least, 16)))
        if number:
            earlier = transaction["after"]
            for what in transaction["clock"]:
                before = variable(f"{earlier}block.{what}", 64)
                world.constrain(variable(f"{prefix}block.{what}", 64).uge(before))
        world.moments = [
            {f"{prefix}block.{what}": int(value, 16) for what, value in moment.items()}
            for moment in transaction["moments"]
        ]
        world.pinned = False
        data = _data(transaction["data"], prefix)
        for excluded in transaction["selectors"]:
            head = canonical(concat(*(_byte(each) for each in data[:4])))
            world.constrain(head != int(excluded, 16))
        world.begin(int(transaction["target"], 16), caller, origin, value, data)

    return begin


def _byte(value: Any) -> Any:
    return constant(value, 8) if isinstance(value, int) else value


def _data(pieces: list[list[Any]], prefix: str) -> Bytes:
    """Call data: ``["hex", text]``, or ``[kind, variable, bits, bytes]`` of an argument."""
    found: Bytes = ()
    for kind, name, *rest in pieces:
        if kind == "hex":
            found += tuple(bytes.fromhex(name))
            continue
        bits, size = rest
        known = variable(prefix + name, bits)
        if kind == "right":
            known = concat(known, constant(0, 8 * size - bits)) if bits < 8 * size else known
        elif kind == "signed":
            known = _extended(known, 8 * size)
        else:
            known = widen(known, 8 * size)
        found += bytes_of(plain(known, 8 * size), size)
    return found


def _extended(value: Any, size: int) -> Any:
    from manticore.core.smtlib import expression as smt

    if value.size == size:
        return value
    return canonical(smt.BitVecSignExtend(operand=value, size_dest=size))


def _end_with_parent() -> None:
    """End when whoever started this is gone: nobody would read the result."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main() -> None:
    """The entry of the process."""
    memory = int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sys.setrecursionlimit(_RECURSION)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = json.loads(Path(sys.argv[1]).read_text())
    with Path(sys.argv[2]).open("w") as result:

        def tell(line: dict[str, Any]) -> None:
            result.write(json.dumps(line) + "\n")
            result.flush()

        run(job, tell)


if __name__ == "__main__":
    main()
