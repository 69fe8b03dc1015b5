"""What a call happens in, and what may be asked of the machine: plain data given by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from harness.symbolic.machine.data import Data, Opaque
from harness.symbolic.machine.program import Account
from harness.symbolic.machine.regions import Region
from harness.symbolic.machine.storage import Span
from harness.symbolic.terms import Bool, Int, int_var, word_var

if TYPE_CHECKING:
    from harness.chain.world import ConcreteWorld
    from harness.loop import Loop
    from harness.symbolic.machine.path import Path

__all__ = [
    "MOST_WEI_SENT",
    "Block",
    "Call",
    "Hooks",
    "Limits",
    "OutgoingCall",
    "Setting",
    "UnknownCode",
]

MOST_WEI_SENT = (1 << 248) - 1
"""A caller owns the wei that it sends, so this is no more than a balance."""

_CLOCK_BITS = 64


class UnknownCode(Enum):
    """What a call to code that the machine does not know comes to."""

    REFUSE = "refuse"
    """The path ends as refused, with the reason."""
    HAVOC = "havoc"
    """Hooks are told, the world becomes arbitrary, and both outcomes follow. Of calls that enter
    a running contract again, `Exploration.reentered` says from where: what is assumed of them
    must be proved for calls by those contracts as well."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where exploration stops; every limit that is hit is told as Unsupported."""

    paths: int = 4096
    """Paths of one call, reverting ones included."""

    iterations: int = 40
    """Times that one branch may go both ways on one path of one frame."""

    growth: int = 80
    """Parts that terms may gain in a loop that is not bounded. In a power by squaring they gain
    some in every round, and every later decision costs as much as they are large."""

    steps: int = 5_000_000
    """Instructions of one call, over all paths."""

    depth: int = 64
    """Nested calls."""

    merge: bool = True
    """Whether paths that come to the same place are joined again; only speed depends on it."""


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call to code that the machine does not follow: it is not known, or runs already."""

    kind: str
    """CALL, STATICCALL, DELEGATECALL or CALLCODE."""

    caller: str
    """Name of the account that calls."""

    sender: Int
    """Its address."""

    target: Int
    """Address that is called."""

    value: Int
    """Wei that go along: moved already if the code is not known; if it is a re-entry, still with
    the caller, since the call that is made then moves them."""

    data: Data
    """Call data."""

    static: bool
    """Whether the called code cannot change anything."""

    reentered: str = ""
    """Name of the known account that is called while it runs; "" if the code is not known."""


class Hooks(Protocol):
    """What the caller may do along the way; `Path` has `assume` and `ghosts` for it.

    Hooks run once for each instruction that executes, on the path that it executes on. They must
    not keep state of their own that differs between paths: that belongs into `path.ghosts`.
    """

    def on_load(self, path: Path, region: Region, keys: tuple[Int, ...], word: Int) -> None:
        """A word of storage was read."""

    def on_store(
        self, path: Path, region: Region, keys: tuple[Int, ...], old: Int, new: Int
    ) -> None:
        """A word of storage is about to change from `old` to `new`."""

    def on_span(self, path: Path, region: Region, span: Span) -> None:
        """A loop is about to write a row of words, each of which may change."""

    def merge_ghosts(
        self, condition: Bool, then: Mapping[str, Any], otherwise: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The ghosts where two paths are joined: `then` where the condition holds, `otherwise`
        elsewhere. None keeps the paths apart."""

    def on_unknown_call(self, path: Path, call: OutgoingCall) -> None:
        """Unknown code, or code that runs already, is about to run: prove what must hold; the world
        is arbitrary afterwards.

        Called before the havoc.
        """

    def after_unknown_call(self, path: Path, call: OutgoingCall) -> None:
        """Unknown code has run and the world is arbitrary: assume what holds of any world."""

    def on_unknown_answer(
        self, path: Path, call: OutgoingCall, success: bool, returned: Opaque
    ) -> None:
        """Unknown code, or a precompiled contract that is not modelled, has succeeded or failed on
        a path, and returned, or reverted with, a byte string.

        Called once for each outcome, of which the failing one is a path of its own.
        """


class NoHooks:
    """Hooks that do nothing."""

    def on_load(self, path: Path, region: Region, keys: tuple[Int, ...], word: Int) -> None:
        """Nothing."""

    def on_store(
        self, path: Path, region: Region, keys: tuple[Int, ...], old: Int, new: Int
    ) -> None:
        """Nothing."""

    def on_span(self, path: Path, region: Region, span: Span) -> None:
        """Nothing."""

    def merge_ghosts(
        self, condition: Bool, then: Mapping[str, Any], otherwise: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """Only ghosts that are the same can be joined."""
        return then if then == otherwise else None

    def on_unknown_call(self, path: Path, call: OutgoingCall) -> None:
        """Nothing."""

    def after_unknown_call(self, path: Path, call: OutgoingCall) -> None:
        """Nothing."""

    def on_unknown_answer(
        self, path: Path, call: OutgoingCall, success: bool, returned: Opaque
    ) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Block:
    """What block opcodes read; terms of the current term scope."""

    number: Int
    timestamp: Int
    basefee: Int
    coinbase: Int
    prevrandao: Int
    gaslimit: Int
    blobbasefee: Int

    @classmethod
    def symbolic(cls, chain: str) -> Block:
        """Variables `block.number@l1` and so on; number and time are below 2^64."""

        def clock(name: str) -> Int:
            return word_var(f"block.{name}@{chain}", _CLOCK_BITS)

        return cls(
            number=clock("number"),
            timestamp=clock("timestamp"),
            basefee=word_var(f"block.basefee@{chain}", 128),
            coinbase=word_var(f"block.coinbase@{chain}", 160),
            prevrandao=word_var(f"block.prevrandao@{chain}"),
            gaslimit=clock("gaslimit"),
            blobbasefee=word_var(f"block.blobbasefee@{chain}", 128),
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction, or a call from outside of the known code."""

    target: int
    """Address of a known account."""

    caller: Int
    """Who calls."""

    value: Int
    """Wei that go along, which the caller has."""

    data: Data
    """Call data."""

    origin: Int
    """Who signed; the caller, unless the call is one from unknown code."""

    gasprice: Int
    """Wei per gas."""

    static: bool = False
    """Whether nothing may change: a STATICCALL."""

    @classmethod
    def symbolic(
        cls, target: int, data: Data, *, prefix: str = "", value: Int | None = None
    ) -> Call:
        """A call by anybody: `msg.sender`, `msg.value` (unless given), `tx.gasprice`."""
        caller = word_var(f"{prefix}msg.sender", 160)
        if value is None:
            value = int_var(f"{prefix}msg.value", 0, MOST_WEI_SENT)
        gasprice = word_var(f"{prefix}tx.gasprice", 128)
        return cls(target, caller, value, data, caller, gasprice)


@dataclass(frozen=True)
class Setting:
    """A chain and the contracts on it that the machine knows."""

    chain: str
    chain_id: int
    accounts: Mapping[int, Account] = field(default_factory=dict)
    """Known accounts by address."""

    constants: frozenset[int] = frozenset()
    """Words that may be keys of mappings under digests that the optimizer folded."""

    unknown_code: UnknownCode = UnknownCode.REFUSE
    """What calls to unknown code come to."""

    loops: tuple[Loop, ...] = ()
    """Loops of which authors have declared laws."""

    @classmethod
    def of_world(
        cls, world: ConcreteWorld, chain: str, unknown_code: UnknownCode = UnknownCode.REFUSE
    ) -> Setting:
        """The contracts of a deployed system that are on a chain, with their deployed code."""
        compiled = world.compiled
        accounts: dict[int, Account] = {}
        constants: set[int] = {0}
        for name, declared in compiled.contracts.items():
            if declared.chain.name != chain:
                continue
            address = int(declared.address)
            artifact = compiled.artifact(name)
            code = world.chains[chain].code(address)
            accounts[address] = Account(name, address, code, artifact.storage_layout, artifact)
            constants |= artifact.constants
        chain_id = world.chains[chain].chain_id
        loops = compiled.system.loops
        return cls(chain, chain_id, accounts, frozenset(constants), unknown_code, loops)

    def account(self, name: str) -> Account:
        """The account of that name. Raises KeyError if there is none."""
        for account in self.accounts.values():
            if account.name == name:
                return account
        raise KeyError(name)
