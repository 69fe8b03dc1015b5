"""The judge *inspect*: structural facts about the source, by Slither's intermediate representation.

program.py      a contract as Slither reads it: entries, who calls whom, what is assembly
expressions.py  values of the intermediate representation as terms in the words of the source
walk.py         every path of an entry, through modifiers and internal calls
storage.py      which variable an operation writes
guards.py       what has been established when an entry succeeds
interactions.py calls of other accounts, and what is written after them
contract.py     the claims on a contract
detectors.py    Slither's own detectors, against a baseline
judge.py        properties to verdicts
"""

from harness.judges.inspect.judge import InspectJudge

__all__ = ["InspectJudge"]
