"""The vocabulary of a specification: contracts with state, transitions that may revert, ether.

A specification is a :class:`Model` whose attributes are :class:`Contract` objects.  A contract's
dataclass fields are its state; its methods marked :func:`transition` are what anybody may call:

    @dataclass
    class Token(Contract):
        total_supply: int = 0
        balances: dict[int, int] = field(default_factory=dict)

        @transition
        def transfer(self, call: Call, to: int, amount: int) -> bool:
            require(self.balances.get(call.sender, 0) >= amount, "balance too small")
            ...

Units: amounts of ether in wei, amounts of tokens in the token's smallest unit, times in seconds,
heights in blocks.  Addresses are integers.  Structs are frozen dataclasses: a transition replaces
them (:func:`dataclasses.replace`) and never changes them in place, so that a snapshot of the model
needs to copy only the dictionaries that hold them.  A mapping of mappings is one dictionary
with tuples as keys: ``allowances[owner, spender]``.  A missing entry means zero.

What is fixed when a contract is made, such as the address of another contract, is a field of type
``Parameter[...]``: transitions read it, but it is no part of the state.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar, cast

from specs.fields import Parameter, Variable, snake_case, variables_of

__all__ = [
    "MAX_UINT256",
    "Call",
    "Contract",
    "Decoder",
    "Invocation",
    "Model",
    "Parameter",
    "Revert",
    "State",
    "payable",
    "require",
    "snake_case",
    "step",
    "transition",
    "uint256",
    "view",
]

Function = TypeVar("Function", bound=Callable[..., Any])
State = tuple[
    dict[str, dict[str, Any]],
    dict[str, MutableMapping[int, int]],
    dict[tuple[str, str, str], int],
    tuple[Any, ...],
]

MAX_UINT256 = 2**256 - 1
FUSSY = (9, 17)
"""The first and the last precompiled contract that fails when it is called without data."""


class Revert(Exception):
    """A transition refused: nothing that it did stands.

    ``reason`` is the name of the contract's error, such as ``InvalidZeroAmount``, or a few words
    where the machine itself refuses and gives no error, such as ``not enough ether``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def require(condition: bool, reason: str) -> None:
    """Raise :class:`Revert` with ``reason`` unless ``condition`` holds."""
    if not condition:
        raise Revert(reason)


def uint256(value: int) -> int:
    """The value itself if 256 bits can hold it; else :class:`Revert`, as arithmetic there is."""
    require(0 <= value <= MAX_UINT256, "Panic")
    return value


@dataclass(frozen=True, slots=True)
class Call:
    """The circumstances of one call.

    ``sender`` is the immediate caller, ``value`` the wei sent along, ``block`` and ``time``
    (seconds) the clock of the chain that executes, ``basefee`` its wei per unit of gas.
    """

    sender: int
    value: int = 0
    block: int = 0
    time: int = 0
    basefee: int = 0


class Invocation(NamedTuple):
    """Call data as a reader sees it: the function's name in the ABI and its decoded arguments."""

    function: str
    args: tuple[Any, ...]


Decoder = Callable[[str, bytes], "Invocation | None"]
"""Reads call data for the contract of that name; ``None`` when no function takes such data."""


def transition(function: Function) -> Function:
    """Mark a method as an external function that refuses ether."""
    function.payable = False  # type: ignore[attr-defined]  # a function object takes any attribute
    return function


def view(function: Function) -> Function:
    """Mark a method as an external function that changes nothing, but may revert.

    Views that cannot revert need no method: a call of one succeeds and does nothing.
    """
    function.payable = False  # type: ignore[attr-defined]  # a function object takes any attribute
    return function


def payable(function: Function) -> Function:
    """Mark a method as an external function that accepts ether."""
    function.payable = True  # type: ignore[attr-defined]  # a function object takes any attribute
    return function


def step(function: Function) -> Function:
    """Mark a part of a transition whose ways come together again at its end.

    Who follows a specification along all of its ways at once may then go on from one state.
    """

    @functools.wraps(function)
    def carried_out(self: Contract, *args: Any) -> Any:
        return self.system.carry_out(functools.partial(function, self, *args))

    return cast(Function, carried_out)


@dataclass
class Contract:
    """One deployed contract of a model: its fields are state, its marked methods transitions.

    ``system`` is the model that it is part of, ``name`` its name there, ``chain`` the chain that
    it lives on and ``address`` where.  A subclass with a method ``receive`` (marked
    :func:`payable`) accepts plain ether.
    """

    system: Parameter[Any] = field(repr=False, compare=False)
    name: Parameter[str]
    chain: Parameter[str]
    address: Parameter[int]

    def invoke(self, call: Call, method: Callable[..., Any], *args: Any, value: int = 0) -> Any:
        """Call another contract's transition from this contract, sending ``value`` wei along."""
        inner = dataclasses.replace(call, sender=self.address, value=value)
        return self.system.enter(method, inner, args)

    def send_ether(self, call: Call, to: int, value: int) -> None:
        """Pay ``value`` wei to an account or a contract; ``EthTransferFailed`` if it cannot be."""
        refusal = self.try_call(call, to, value, b"")
        require(refusal is None, "EthTransferFailed")

    def try_call(self, call: Call, to: int, value: int, data: bytes) -> str | None:
        """Make a call whose failure this contract survives: the reason, or ``None``."""
        inner = dataclasses.replace(call, sender=self.address, value=value)
        refusal: str | None = self.system.attempt(self.chain, inner, to, data)
        return refusal

    def emit(self, event: str, **amounts: int) -> None:
        """Log an event; its numbers count towards the ghosts that total them."""
        self.system.count(self.name, event, amounts)

    def post(self, message: object) -> None:
        """Send a message towards another chain: it joins the model's ``sent``."""
        self.system.sent += (message,)

    @property
    def ether(self) -> int:
        """This contract's own balance in wei."""
        wei: int = self.system.ether[self.chain].get(self.address, 0)
        return wei

    def state(self) -> dict[str, Any]:
        """The state's fields by name: a live view, not a copy."""
        return {each.attribute: getattr(self, each.attribute) for each in self.variables().values()}

    def variables(self) -> Mapping[str, Variable]:
        """The declarations of the state's fields, by their names in the source."""
        # mypy takes the class for an instance, which cannot be a key.
        return variables_of(self.__class__)  # type: ignore[arg-type]


@dataclass
class Model:
    """A whole system: its contracts by name, the ether of every account, the events so far.

    ``ether`` maps chain to address to wei.  ``totals`` maps (contract, event, field) to the sum
    of that field over all events, and (contract, event, "") to how many there were.  ``sent`` are
    the messages that left for another chain, oldest first.  ``decoder`` turns call data into an
    invocation: what carries a call as bytes (a message, say) needs it.  ``carry_out`` does a
    :func:`step` of a transition.
    """

    decoder: Decoder
    contracts: dict[str, Contract] = field(default_factory=dict)
    ether: dict[str, MutableMapping[int, int]] = field(default_factory=dict)
    totals: dict[tuple[str, str, str], int] = field(default_factory=dict)
    sent: tuple[Any, ...] = ()
    carry_out: Callable[[Callable[[], Any]], Any] = field(default=lambda step: step(), repr=False)

    def add(self, contract: Contract) -> None:
        """Make a contract part of the model, reachable as an attribute of its name."""
        self.contracts[contract.name] = contract
        self.ether.setdefault(contract.chain, {})
        setattr(self, contract.name, contract)

    def contract_at(self, chain: str, address: int) -> Contract | None:
        """The contract at an address, or ``None`` where there is none."""
        for contract in self.contracts.values():
            if contract.chain == chain and contract.address == address:
                return contract
        return None

    def transact(self, chain: str, call: Call, to: int, data: bytes) -> Any:
        """Execute a transaction whole or not at all; raises :class:`Revert` when it fails."""
        return self.whole_or_not(self.deliver, chain, call, to, data)

    def perform(self, method: Callable[..., Any], call: Call, *args: Any) -> Any:
        """The same for a transition given as a method: ``perform(m.token.mint, call, to, 5)``."""
        return self.whole_or_not(self.enter, method, call, args)

    def whole_or_not(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function; if it reverts, undo all that it did and raise its :class:`Revert`."""
        before = self.snapshot()
        try:
            return function(*args)
        except Revert:
            self.restore(before)
            raise

    def attempt(self, chain: str, call: Call, to: int, data: bytes) -> str | None:
        """Make a call whose failure the caller survives; the reason it failed, or ``None``."""
        try:
            self.transact(chain, call, to, data)
        except Revert as refused:
            return refused.reason or "reverted"
        return None

    def deliver(self, chain: str, call: Call, to: int, data: bytes) -> Any:
        """Make a call given as bytes: ether to an account, or a function of a contract."""
        target = self.contract_at(chain, to)
        if target is None:
            fails = not data and FUSSY[0] <= to <= FUSSY[1]
            require(not fails, "a precompiled contract that needs data")
            return self.move_ether(chain, call.sender, to, call.value)
        if not data:
            receive: Callable[..., Any] | None = getattr(target, "receive", None)
            if receive is None:
                raise Revert(f"{target.name} takes no plain ether")
            return self.enter(receive, call, ())
        invocation = self.decoder(target.name, data)
        if invocation is None:
            raise Revert(f"{target.name} has no function for this call data")
        method = target_transition(target, invocation.function)
        if method is None:
            require(call.value == 0, f"{target.name} takes no ether here")
            return None
        return self.enter(method, call, invocation.args)

    def enter(self, method: Callable[..., Any], call: Call, args: tuple[Any, ...]) -> Any:
        """Move the call's ether to the method's contract and run the method."""
        contract: Contract = method.__self__  # type: ignore[attr-defined]  # a bound method
        if not getattr(method, "payable", False):
            require(call.value == 0, f"{contract.name} takes no ether here")
        self.move_ether(contract.chain, call.sender, contract.address, call.value)
        return method(call, *args)

    def move_ether(self, chain: str, sender: int, to: int, value: int) -> None:
        """Move wei between accounts of one chain; revert if the sender has too little."""
        if value == 0:
            return
        purse = self.ether[chain]
        require(purse.get(sender, 0) >= value, "not enough ether")
        purse[sender] = purse.get(sender, 0) - value
        purse[to] = purse.get(to, 0) + value

    def count(self, contract: str, event: str, amounts: Mapping[str, int]) -> None:
        """Add an event to the totals."""
        for name, amount in (("", 1), *amounts.items()):
            key = (contract, event, name)
            self.totals[key] = self.totals.get(key, 0) + amount

    def carry_out_by(self, how: Callable[[Callable[[], Any]], Any]) -> None:
        """From now on, do each :func:`step` by giving it to ``how``."""
        self.carry_out = how

    def snapshot(self) -> State:
        """The whole state, safe from later transitions."""
        return (
            {name: copy_of(contract.state()) for name, contract in self.contracts.items()},
            copy_of(self.ether),
            dict(self.totals),
            self.sent,
        )

    def restore(self, state: State) -> None:
        """Go back to a snapshot, which stays usable."""
        contracts, ether, totals, sent = state
        for name, fields in contracts.items():
            for each, value in copy_of(fields).items():
                setattr(self.contracts[name], each, value)
        self.ether = copy_of(ether)
        self.totals = dict(totals)
        self.sent = sent

    # What an observer asks, who knows the names of the contracts' sources

    def execute(
        self,
        chain: str,
        *,
        sender: int,
        to: int,
        value: int,
        data: bytes,
        block: int,
        time: int,
        basefee: int,
    ) -> str | None:
        """Execute a transaction whole or not at all: why it reverts, or ``None``."""
        return self.attempt(chain, Call(sender, value, block, time, basefee), to, data)

    def variable(self, contract: str, label: str) -> Any:
        """A variable by its name in the source; :class:`KeyError` if there is none."""
        declared = self.contracts[contract].variables()[label]
        return getattr(self.contracts[contract], declared.attribute)

    def variables(self) -> Iterator[tuple[str, str]]:
        """Every variable: its contract's name here, and its own name in the source."""
        for name, contract in self.contracts.items():
            for label in contract.variables():
                yield name, label

    def assign(self, contract: str, label: str, value: Any) -> None:
        """Give a variable a value, by its name in the source."""
        declared = self.contracts[contract].variables()[label]
        setattr(self.contracts[contract], declared.attribute, value)

    def default(self, contract: str, label: str) -> Any:
        """What an entry of a mapping is that is not in the dictionary."""
        return self.contracts[contract].variables()[label].zero

    def member(self, struct: object, label: str) -> Any:
        """A member of a struct by its name in the source."""
        return getattr(struct, snake_case(label))

    def with_members(self, struct: Any, members: Mapping[str, Any]) -> Any:
        """A struct with other values for some members, by their names in the source."""
        return dataclasses.replace(struct, **{snake_case(m): v for m, v in members.items()})

    def changes(self, state: State) -> dict[tuple[str, str], tuple[Any, ...]]:
        """What differs from a snapshot: (contract, label) to keys, none for a plain value."""
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        for name, contract in self.contracts.items():
            for label, variable in contract.variables().items():
                before = state[0][name][variable.attribute]
                keys = variable.changed(before, getattr(contract, variable.attribute))
                if keys is not None:
                    found[name, label] = keys
        return found


def copy_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the containers among some fields: structs are frozen, so one level is enough."""
    return {
        name: value.copy() if hasattr(value, "copy") else value for name, value in fields.items()
    }


def target_transition(contract: Contract, function: str) -> Callable[..., Any] | None:
    """The method for a function of the ABI, or ``None`` for a view that cannot revert."""
    method = getattr(contract, snake_case(function), None)
    return method if hasattr(method, "payable") else None
