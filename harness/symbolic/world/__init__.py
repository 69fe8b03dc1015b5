"""Worlds whose values are terms, for properties to be proved on.

`SymbolicWorld` answers the questions of `harness.world.World` from the machine's states; its
ghosts (sums, totals over events, messages) are kept in a `Ledger` with what is true of them.
`DeployedWorld` is the state after deployment, where an induction begins.
"""

from harness.symbolic.world.deployed import DeployedWorld
from harness.symbolic.world.initial import InitialValues
from harness.symbolic.world.kinds import kinds_of
from harness.symbolic.world.ledger import Ledger
from harness.symbolic.world.postal import Attempt, Post
from harness.symbolic.world.promises import permitted
from harness.symbolic.world.values import SymBytes, SymFlag, SymText, argument
from harness.symbolic.world.world import Moment, SymbolicWorld

__all__ = [
    "Attempt",
    "DeployedWorld",
    "InitialValues",
    "Ledger",
    "Moment",
    "Post",
    "SymBytes",
    "SymFlag",
    "SymText",
    "SymbolicWorld",
    "argument",
    "kinds_of",
    "permitted",
]
