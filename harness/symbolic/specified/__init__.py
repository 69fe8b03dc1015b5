"""Executable specifications on terms: from any state of the contracts, for any call.

`Followed` gives a specification the state of a symbolic world and executes a call on it; every
branch that the specification takes is a fork of the exploration it runs in.  `Comparison` is what
the two sides have of one thing afterwards.
"""

from harness.symbolic.specified.calldata import CallBytes, SystemOnTerms
from harness.symbolic.specified.comparing import Comparison, comparisons
from harness.symbolic.specified.entries import Entries
from harness.symbolic.specified.followed import Followed, Transaction

__all__ = [
    "CallBytes",
    "Comparison",
    "Entries",
    "Followed",
    "SystemOnTerms",
    "Transaction",
    "comparisons",
]
