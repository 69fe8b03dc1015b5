"""Random programs around every opcode: the machine's paths against py-evm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from harness.chain import Chain
from harness.judges.conform.comparing import differences
from harness.judges.conform.reading import assignment, transaction
from harness.symbolic.machine import Account, Block, Call, Data, Limits, Machine, Setting
from harness.symbolic.terms import term_scope, word_var

from .assembly import ABSENT, CONSTANTS, HELPER, MAIN, OPCODES, PLAIN, WORDS, helper, program

PROGRAMS = 30
"""For each opcode."""

CALLS = 12
"""Of each program."""

LEAST_CASES = 40_000
"""Of all opcodes together."""


def new_chain() -> Chain:
    """A chain with the helper and some ether on it."""
    chain = Chain("c", 7, block=1000, time=10**9, basefee=7, translate=False)
    chain.set_code(HELPER, helper())
    for address, amount in ((HELPER, 3), (PLAIN, 10**18), (MAIN, 5)):
        chain.set_balance(address, amount)
    return chain


def a_word(random: Random) -> int:
    """A word of call data."""
    kind = random.randrange(4)
    if kind == 0:
        return random.getrandbits(256)
    if kind == 1:
        return random.choice((MAIN, HELPER, PLAIN, ABSENT, 999, 900, 743, 744))
    return (random.choice(CONSTANTS) + random.choice((-1, 0, 0, 1))) % 2**256


def check_program(code: bytes, random: Random, chain: Chain, counts: Counter[str]) -> None:
    """Explore a program, run it on random call data, and count what differs."""
    accounts = {
        MAIN: Account("main", MAIN, code),
        HELPER: Account("helper", HELPER, chain.code(HELPER)),
    }
    start = chain.snapshot()
    chain.set_code(MAIN, code)
    with term_scope():
        machine = Machine(Setting("c", 7, accounts), limits=Limits(paths=2000))
        words = [word_var(f"word{i}") for i in range(WORDS)]
        call = Call.symbolic(MAIN, Data.of_words(*words))
        explored = machine.execute(call, Block.symbolic("c"), keep_reverts=True)
        for _ in range(CALLS):
            values = {f"word{i}": a_word(random) for i in range(WORDS)}
            if random.random() < 0.3:
                values["word1"] = values["word0"]
            values["msg.value"] = random.choice((0, 1, 10**9))
            values["msg.sender"] = PLAIN
            values["tx.gasprice"] = 7
            for slot in (0, 1, 2):
                chain.set_storage(MAIN, slot, random.choice((0, 1, random.getrandbits(256))))
            known = assignment(chain, machine, values, {})
            mark = chain.snapshot()
            receipt = chain.execute(transaction(call, known))
            chain.revert_to(mark)
            found = differences(explored, machine, known, receipt)
            counts["cases"] += 1
            counts["successes"] += receipt.success
            for difference in found or ():
                counts[f"{code.hex()}: {difference}"] += 1
    chain.revert_to(start)
    chain.drop(start)


def check_opcode(opcode: int, programs: int, seed: int = 0) -> Counter[str]:
    """Random programs around one opcode."""
    random = Random(f"{opcode}.{seed}")
    counts: Counter[str] = Counter()
    chain = new_chain()
    for _ in range(programs):
        check_program(program(opcode, random), random, chain, counts)
    return counts


@pytest.mark.parametrize("opcode", OPCODES, ids=hex)
def test_opcode_does_what_py_evm_does(opcode: int, count_cases: Callable[[int], None]) -> None:
    counts = check_opcode(opcode, PROGRAMS)
    assert counts["cases"] == PROGRAMS * CALLS
    count_cases(counts.pop("cases"))
    counts.pop("successes")
    assert not counts, list(counts)[:3]


def test_there_are_enough_cases() -> None:
    assert len(OPCODES) * PROGRAMS * CALLS >= LEAST_CASES
