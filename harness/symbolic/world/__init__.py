"""Worlds whose values are terms, for properties to be proved on.

`SymbolicWorld` answers the questions of `harness.world.World` from the machine's states; its
ghosts, sums and totals over events, are kept in a `Ledger` with what is true of them.
`DeployedWorld` is the state after deployment, where an induction begins.
"""

from harness.symbolic.world.deployed import DeployedWorld
from harness.symbolic.world.initial import InitialValues
from harness.symbolic.world.ledger import Ledger
from harness.symbolic.world.values import SymBytes, SymFlag, SymText, argument
from harness.symbolic.world.world import Moment, SymbolicWorld, ViewReverts

__all__ = [
    "DeployedWorld",
    "InitialValues",
    "Ledger",
    "Moment",
    "SymBytes",
    "SymFlag",
    "SymText",
    "SymbolicWorld",
    "ViewReverts",
    "argument",
]
