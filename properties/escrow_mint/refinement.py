"""The contracts against their executable specification, call by call."""

from __future__ import annotations

from harness import Specification, Verdict, refinement
from properties.escrow_mint import system
from properties.escrow_mint.system import EscrowMint
from specs.escrow_mint import CONTRACTS, Accounts, EscrowMintSpec, Parameters
from specs.model import Invocation


# Two of the calls hash and store byte strings of any length, which no term follows: the prover does
# the other seventy, and the fuzzer all of them.
@refinement(
    "ESCROW-MINT-SPEC",
    severity="high",
    source="contracts, INTERFACE.md",
    required=Verdict.FUZZED,
)
def contracts_do_what_the_specification_says(w: EscrowMint) -> Specification:
    """Every call succeeds or reverts, and changes the state, as the specification says."""

    def decode(contract: str, data: bytes) -> Invocation | None:
        call = w.world.compiled.decode(contract, data)
        return Invocation(call.function.name, call.args) if call else None

    return EscrowMintSpec.deployed(
        decoder=decode,
        addresses={name: int(w.world.compiled.address(name)) for name in CONTRACTS},
        accounts=Accounts(
            l1_governor=w.governor,
            l2_governor=w.governor,
            ticket_broker=w.broker,
            rollup=w.rollup,
            arbos=w.arbos,
            initial_holder=w.alice,
        ),
        parameters=Parameters(
            initial_supply=system.INITIAL_SUPPLY,
            l1_round_length=system.ROUND_LENGTH,
            l1_unbonding_period=system.UNBONDING_PERIOD,
            l2_round_length=system.ROUND_LENGTH,
            l2_unbonding_period=system.UNBONDING_PERIOD,
            inflation=system.INFLATION,
            inflation_change=system.INFLATION_CHANGE,
            target_bonding_rate=system.TARGET_BONDING_RATE,
        ),
        l2_block=EscrowMint.l2.block,
    )
