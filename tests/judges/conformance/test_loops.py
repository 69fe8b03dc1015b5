"""The power function of GIP-0034, whose loop has no bound: cut, and still what py-evm computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain.deployment import deploy_world
from harness.chain.world import ConcreteWorld
from harness.compiled import compile_system
from harness.symbolic.machine import Setting
from harness.symbolic.machine.data import Order
from harness.symbolic.solve import Proved, Query, check
from harness.symbolic.terms import Int, compare, const, term_scope
from properties.gip_0034 import Gip0034

from .comparison import Comparison

ONE = 10**18
CASES = 60
LIKELY = {
    "pow.x": (ONE, ONE + 1, 1_000_000_023_206_889_619, 2 * ONE, 5 * 10**17, 0),
    "pow.n": (0, 1, 2, 3, 50_400, 2**255),
    "newRewards.base": (1, ONE, 10**28),
    "newRewards.rate": (ONE, ONE + 1, 1_000_000_023_206_889_619, 2 * ONE),
    "newRewards.blocks": (0, 1, 2, 3, 50_400, 2**255),
}


@pytest.fixture(scope="module")
def world() -> ConcreteWorld:
    return deploy_world(compile_system(Gip0034, Path(__file__).parents[3]))


def compared(world: ConcreteWorld, contract: str, name: str) -> Comparison:
    """A function of a contract, explored."""
    chain = contract[:2]
    setting = Setting.of_world(world, chain)
    function = world.compiled.abi(contract).function(name)
    account = setting.account(contract)
    likely = {f"{contract}.{where}": values for where, values in LIKELY.items()}
    return Comparison(world.chains[chain], setting, account, function, [0, 1], likely)


@pytest.mark.parametrize("contract", ["l1_reservoir", "l2_reservoir"])
@pytest.mark.parametrize("name", ["pow", "newRewards"])
def test_powers_are_what_py_evm_computes(world: ConcreteWorld, contract: str, name: str) -> None:
    with term_scope():
        comparison = compared(world, contract, name)
        assert not comparison.explored.refusals
        comparison.random_cases(CASES)
        comparison.model_cases(2)
    counts = comparison.counts
    assert counts.pop("success") + counts.pop("failure") >= CASES
    assert not counts, list(counts)[:3]


def test_a_power_of_a_rate_from_1_on_is_1_or_more(world: ConcreteWorld) -> None:
    with term_scope():
        comparison = compared(world, "l1_reservoir", "pow")
        ends = comparison.explored.successes
        rate = comparison.calldata.arguments["x"]
        assert isinstance(rate, Int)
        assert ends
        for end in ends:
            power = end.output.word(const(0), Order(end.facts))
            least = compare.ge(power, const(ONE))
            known = compare.ge(rate, const(ONE))
            proved = check(Query((*end.path, known), least), confirm=True)
            assert isinstance(proved, Proved)
            assert proved.confirmed_by
            assert not isinstance(check(Query(end.path, least)), Proved)
