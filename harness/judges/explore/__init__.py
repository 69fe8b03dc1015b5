"""Explore: bounded sequences of symbolic transactions, followed by Manticore, judged on our terms.

Manticore runs as a supervised process in an environment of its own (``worker``).  It follows every
path of a transaction from the deployed state; what it tells of a path becomes terms, on which the
same properties are evaluated as everywhere.  Whatever it cannot follow trips a guard (``guards``).

    judge.py      which jobs, in which order; the verdicts
    job.py        what the process is told: accounts, transactions, lengths
    process.py    the process: found, limited, ended
    translate.py  its expressions as terms
    endings.py    its paths as worlds; deployed.py: the state in which they begin
    fidelity.py   each path, made once on the EVM
    session.py    a job, path by path; report.py: what came of it
    judging.py    properties on paths; known.py, reads.py: what need not be asked
    reach.py      what breaks properties, replayed
    order.py      which jobs come first
    book.py       what was found so far, on disk
"""

from harness.judges.explore.judge import ExploreJudge

__all__ = ["ExploreJudge"]
