"""The EVM on terms: a call is explored along every path that it can take.

>>> setting = Setting.of_world(world, "l1")          # contracts and code as deployed
>>> with term_scope():
...     calldata = symbolic_call(compiled.abi("l1_token").function("transfer"))
...     call = Call.symbolic(address, calldata.data)
...     found = execute_call(setting, call)
...     for end in found.successes:
...         end.path, end.state.storage, end.logs, end.output

A `Setting` is plain data and outlives term scopes; everything else belongs to one scope. A
`Machine` explores several calls in one scope and shares what they have in common. `Hooks` are told
of loads, stores and calls to unknown code, keep ghosts on each path, and may assume more.

Calls between known accounts are followed, with any call data, to any depth. Only where a function
that runs is entered again by call data that are not known is the call treated like one to unknown
code; `Exploration.reentered` says which contracts made such calls to which.

What is assumed of every call, to be printed with every proof, is in `ASSUMPTIONS`; what one path
relies on besides is in `EndState.flags`.
"""

from __future__ import annotations

from typing import Final

from harness.symbolic.machine.calldata import CallData, Row, symbolic_call
from harness.symbolic.machine.data import Data, Extract, Literal, Opaque, Zeros, meanings
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.machine import Machine
from harness.symbolic.machine.path import Branch, Path
from harness.symbolic.machine.program import Account
from harness.symbolic.machine.regions import Field, Region
from harness.symbolic.machine.result import EndState, Exploration, Refusal
from harness.symbolic.machine.setting import (
    Block,
    Call,
    Hooks,
    Limits,
    NoHooks,
    OutgoingCall,
    Setting,
    UnknownCode,
)
from harness.symbolic.machine.state import ChainState, Log
from harness.symbolic.machine.storage import Point, Span, Storage
from harness.symbolic.machine.writers import Writer
from harness.symbolic.terms import Bool

__all__ = [
    "ASSUMPTIONS",
    "Account",
    "Block",
    "Branch",
    "Call",
    "CallData",
    "ChainState",
    "Data",
    "EndState",
    "Exploration",
    "Extract",
    "Field",
    "Hooks",
    "Limits",
    "Literal",
    "Log",
    "Machine",
    "NoHooks",
    "Opaque",
    "OutgoingCall",
    "Path",
    "Point",
    "Refusal",
    "Region",
    "Row",
    "Setting",
    "Span",
    "Storage",
    "UnknownCode",
    "Unsupported",
    "Writer",
    "Zeros",
    "execute_call",
    "meanings",
    "symbolic_call",
]

ASSUMPTIONS: Final = (
    "gas is ignored: nothing runs out of it, and GAS gives any number",
    "Keccak-256 is injective, and no hash is below 2^64 or above 2^256 - 2^64",
    "storage holds values of its variables' types, bits between packed fields are zero",
    "call data is the canonical encoding of its arguments, none longer than 2^32 bytes",
    "no account holds or sends 2^248 wei or more; block number and time are below 2^64",
    "calls nest less than 1024 deep",
)
"""What is assumed of every call."""


def execute_call(
    setting: Setting,
    call: Call,
    *,
    block: Block | None = None,
    state: ChainState | None = None,
    assumptions: tuple[Bool, ...] = (),
    hooks: Hooks | None = None,
    limits: Limits | None = None,
    keep_reverts: bool = False,
) -> Exploration:
    """Every path of one call, on a machine of its own; see `Machine.execute`."""
    machine = Machine(setting, hooks, limits)
    block = block or Block.symbolic(setting.chain)
    return machine.execute(call, block, state, assumptions, keep_reverts=keep_reverts)
