"""The contracts against their executable specification, call by call."""

from __future__ import annotations

from harness import Specification, refinement
from properties.gip_0034 import system
from properties.gip_0034.system import Gip0034
from specs.gip_0034 import CONTRACTS, Accounts, Gip0034Spec, Parameters
from specs.model import Invocation


@refinement("GIP-0034-SPEC", severity="high", source="contracts, INTERFACE.md")
def contracts_do_what_the_specification_says(w: Gip0034) -> Specification:
    """Every call succeeds or reverts, and changes the state, as the specification says."""

    def decode(contract: str, data: bytes) -> Invocation | None:
        call = w.world.compiled.decode(contract, data)
        return Invocation(call.function.name, call.args) if call else None

    return Gip0034Spec.deployed(
        decoder=decode,
        addresses={name: int(w.world.compiled.address(name)) for name in CONTRACTS},
        accounts=Accounts(
            l1_governor=w.governor,
            l1_pause_guardian=w.guardian,
            l2_governor=w.governor,
            l2_pause_guardian=w.guardian,
            rollup=w.rollup,
            arbos=w.arbos,
            initial_holder=w.alice,
        ),
        parameters=Parameters(
            initial_supply=system.SUPPLY,
            l1_epoch_length=system.EPOCH_LENGTH,
            l1_max_allocation_epochs=system.MAX_ALLOCATION_EPOCHS,
            l2_epoch_length=system.EPOCH_LENGTH,
            l2_max_allocation_epochs=system.MAX_ALLOCATION_EPOCHS,
            drip_interval=system.DRIP_INTERVAL,
        ),
    )
