"""Prove: induction on the compiled bytecode, for any number of transactions by anybody.

base case   the property holds on the deployed contracts
step        from any state that satisfies the invariants, whatever can happen keeps the property:
            a call of any function by anybody, plain ether, a transaction that goes elsewhere, time

The invariants are assumed together and proved together; one that fails is taken out and what
rested on it is proved again.  Every proof is given by Z3 and confirmed by cvc5.
"""

from harness.judges.prove.judge import ProveJudge

__all__ = ["ProveJudge"]
