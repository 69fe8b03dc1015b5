"""Whether the EVM takes a path as it was told: one call of it is made on the deployed contracts.

What Manticore gets wrong, what it lost on the way to terms, and paths that only seem possible
would all make a verdict worthless. So each path is put to the test with one model of it: the call
must succeed or fail as told, write the words that were told and no others, move the wei, and log as
often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from harness.chain.chain import Chain
from harness.chain.executed import Outcome
from harness.chain.transaction import Receipt
from harness.chain.world import ConcreteWorld
from harness.judges.explore.calls import Values, replayable, steps_of
from harness.judges.explore.endings import Explored, Told
from harness.judges.explore.guards import Trip
from harness.judges.explore.job import Transaction
from harness.judges.explore.known import Known
from harness.judges.explore.translate import Translation
from harness.judges.prove.cases import query
from harness.judges.prove.endings import Ending
from harness.step import CallStep, Step
from harness.symbolic.solve import Counterexample, Limits, Proved, check
from harness.symbolic.terms import FALSE

__all__ = ["confirm_path"]

_LOOK = Limits(seconds=1)
_WEALTH = 1 << 128


def confirm_path(
    explored: Explored,
    transactions: Sequence[Transaction],
    told: Told,
    translation: Translation,
    ending: Ending,
) -> bool | None:
    """Whether a path is possible: True if a call was found that takes it, which was then made on
    the EVM, False if nothing can take it, None if that stays open.

    A path that depends on what was made up, such as gas, is not made on the EVM.

    Raises Trip where the EVM does something else.
    """
    world = explored.world
    assumptions = (*ending.conditions, *explored.assumptions(ending))
    ties = tuple(replayable(world, transactions))
    tied = Known((*assumptions, *ties)).conditions
    answer = check(query("path", tied, FALSE), _LOOK)
    if isinstance(answer, Counterexample):
        values = Values(answer.assignment)
        steps = steps_of(world, transactions, values)
        if steps and not translation.invents:
            _compare(world, transactions, steps, told, translation, values)
        return True
    plain = check(query("path", Known(assumptions).conditions, FALSE), _LOOK)
    if isinstance(plain, Proved):
        return False
    return True if isinstance(plain, Counterexample) else None


def _compare(
    world: ConcreteWorld,
    transactions: Sequence[Transaction],
    steps: Sequence[Step],
    told: Told,
    translation: Translation,
    values: Values,
) -> None:
    """Make the calls, and compare what they come to with what was told."""
    chain = world.chains[transactions[0].unit.chain]
    mark = world.mark()
    logged = moved = 0
    try:
        done = iter(told.transactions)
        for step in steps:
            if isinstance(step, CallStep) and step.value:
                sender = world.account(step.sender)
                chain.set_balance(sender, chain.balance(sender) + min(step.value, _WEALTH))
            outcome = world.run(step)
            if not isinstance(step, CallStep):
                continue
            each = next(done)
            receipt = outcome.transactions[0].receipt
            if receipt.success is not bool(each["success"]):
                said = "succeeds" if each["success"] else "fails"
                raise Trip("fidelity", f"{_shown(step)}: told that it {said}, which it does not")
            if each["success"]:
                _compare_storage(chain, outcome, step, each, translation, values)
                _compare_wei(receipt, step, each["transfers"][moved:], translation, values)
                if len(receipt.logs) != len(each["logs"]) - logged:
                    raise Trip("fidelity", f"{_shown(step)}: it logs {len(receipt.logs)} records")
                logged, moved = len(each["logs"]), len(each["transfers"])
    finally:
        world.restore(mark)


def _compare_storage(
    chain: Chain,
    outcome: Outcome,
    step: CallStep,
    told: Mapping[str, Any],
    translation: Translation,
    values: Values,
) -> None:
    """Every word that was told is there, and none has changed that was not told."""
    words: dict[tuple[int, int], int] = {}
    for address, writes in told["storage"].items():
        for slot, word in writes:
            # A later write to the same slot is the one that counts.
            at = int(address, 16), values.number(translation.word(slot))
            words[at] = values.number(translation.word(word))
    for (account, slot), word in words.items():
        found = _word(chain, outcome, account, slot)
        if found != word:
            what = f"slot {slot:#x} of {account:#x} becomes {found}, not {word}"
            raise Trip("fidelity", f"{_shown(step)}: {what}")
    for write in outcome.transactions[0].receipt.writes:
        if (write.address, write.slot) not in words:
            what = f"slot {write.slot:#x} of {write.address:#x} changes, which was not told"
            raise Trip("fidelity", f"{_shown(step)}: {what}")


def _word(chain: Chain, outcome: Outcome, account: int, slot: int) -> int:
    """What a slot holds after the call itself, which a transport's transactions may follow."""
    for number, each in enumerate(outcome.transactions):
        for write in each.receipt.writes:
            if (write.address, write.slot) == (account, slot):
                return write.old if number else write.new
    return chain.storage(account, slot)


def _compare_wei(
    receipt: Receipt,
    step: CallStep,
    transfers: Sequence[Sequence[Any]],
    translation: Translation,
    values: Values,
) -> None:
    """Wei went where it was told to go."""
    net: Counter[int] = Counter()
    for transfer in transfers:
        sender, recipient, amount = (values.number(translation.word(each)) for each in transfer)
        net[sender] -= amount
        net[recipient] += amount
    found = {each.address: each.new - each.old for each in receipt.balances}
    if found != {address: change for address, change in net.items() if change}:
        raise Trip("fidelity", f"{_shown(step)}: other wei moves than was told")


def _shown(step: CallStep) -> str:
    args = ", ".join(str(each) for each in step.args)
    return f"{step.sender} calls {step.contract}.{step.function.partition('(')[0]}({args})"
