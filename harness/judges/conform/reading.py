"""The symbols of an exploration, read from a chain: storage, ether, code, clocks, hashes.

So a call that was explored once, symbolically, can be compared with any number of concrete ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.chain import Chain, Transaction
from harness.compile import keccak256
from harness.symbolic.machine import Call, ChainState, Machine, Region, meanings
from harness.symbolic.terms import Assignment, Bool, Facts, Int, Term, const, evaluate

__all__ = ["UNKNOWN", "Eras", "assignment", "holds", "transaction"]

UNKNOWN = "returned#"
"""Begins the names of what a call to unknown code returned."""

Eras = Mapping[str, ChainState]
"""For each era that unknown code began, the state that it found, and is taken to have left."""

_ADDRESSES = 1 << 160
"""Where a condition speaks of something else, it is one that the path does not need."""
_ECRECOVER = 1


def assignment(
    chain: Chain,
    machine: Machine,
    integers: Mapping[str, int],
    contents: Mapping[str, bytes],
    eras: Eras | None = None,
) -> Assignment:
    """The values of all symbols of an exploration, on a chain, for given call values.

    Args:
        integers: the call's variables by name; lengths of byte strings need not be among them.
        contents: its opaque byte strings by name, and those that unknown code returned.
        eras: what unknown code found; it is taken to have changed nothing.
    """
    name, clock = chain.name, chain.clock
    numbers = {
        f"block.number@{name}": clock.block,
        f"block.timestamp@{name}": clock.time,
        f"block.basefee@{name}": clock.basefee,
        **{f"block.{what}@{name}": value for what, value in chain.surroundings.items()},
        **{f"{source}.length": len(content) for source, content in contents.items()},
        **integers,
    }
    functions: dict[str, Any] = {
        f"balance@{name}": lambda address: chain.balance(address % _ADDRESSES),
        f"codesize@{name}": lambda address: len(chain.code(address % _ADDRESSES)),
        f"codehash@{name}": lambda address: _code_hash(chain, address % _ADDRESSES),
        f"blockhash@{name}": chain.block_hash,
        f"blobhash@{name}": lambda index: 0,
        f"nonce@{name}": lambda address: chain.nonce(address % _ADDRESSES),
        "ecrecover": lambda *words: _ecrecover(chain, words),
        **meanings(contents),
    }
    read = _Reader(chain, machine, eras or {})
    known = Assignment(_Integers(numbers, read), {}, _Functions(functions, read))
    read.assignment = known
    functions.update(machine.hashes.meanings(known))
    return known


def holds(path: tuple[Bool, ...], values: Assignment, memo: dict[Term, Any]) -> bool:
    """Whether all conditions of a path hold."""
    return all(evaluate(condition, values, memo) for condition in path)


def transaction(call: Call, values: Assignment, memo: dict[Term, Any] | None = None) -> Transaction:
    """The transaction that a symbolic call stands for, under an assignment."""
    memo = {} if memo is None else memo
    caller = evaluate(call.caller, values, memo)
    value = evaluate(call.value, values, memo)
    return Transaction(caller, call.target, value, call.data.concrete(values))


class _Reader:
    """Fields of storage and accounts, now or in the state that unknown code found."""

    def __init__(self, chain: Chain, machine: Machine, eras: Eras) -> None:
        self._chain = chain
        self._machine = machine
        self._eras = eras
        self.assignment = Assignment()
        self._memo: dict[Term, Any] = {}

    def knows(self, name: str) -> bool:
        """Whether a name is that of a field of storage."""
        plain, mark, era = name.partition("~")
        return plain in self._machine.regions and (not mark or mark + era in self._eras)

    def field(self, name: str, keys: tuple[int, ...]) -> int:
        """The value of a field of storage."""
        plain, mark, era = name.partition("~")
        region = self._machine.regions[plain]
        if not mark:
            address = self._machine.setting.account(region.contract).address
            word = self._chain.storage(address, region.slot(keys))
        else:
            word = self._found(mark + era, region, keys)
        return next(one for one in region.fields if one.name == plain).of_word(word)

    def _found(self, era: str, region: Region, keys: tuple[int, ...]) -> int:
        """A word as unknown code found it."""
        state, where = self._eras[era], tuple(map(const, keys))
        return self._value(state.storage.read(region, where, Facts()))

    def account(self, name: str) -> Callable[..., int] | None:
        """The meaning of a function of accounts in the state that unknown code found."""
        plain, mark, era = name.partition("~")
        state = self._eras.get(mark + era)
        if state is None:
            return None
        if plain == f"balance@{state.chain}":
            return lambda who: self._value(state.balance(const(who), Facts()))
        if plain == f"nonce@{state.chain}":
            return lambda who: self._value(state.nonce(const(who), Facts()))
        contract, dot, what = plain.rpartition(".")
        if dot and what == "transient":
            return lambda slot: self._value(state.load_transient(contract, const(slot), Facts()))
        if plain in (f"codesize@{state.chain}", f"codehash@{state.chain}"):
            meaning: Callable[..., int] = self.assignment.functions[plain]  # type: ignore[assignment]
            return meaning
        return None

    def _value(self, term: Int) -> int:
        return evaluate(term, self.assignment, self._memo)


class _Integers(Mapping[str, int]):
    """Values of variables: given ones, and storage variables read from the chain."""

    def __init__(self, given: Mapping[str, int], read: _Reader) -> None:
        self._given = given
        self._read = read

    def __getitem__(self, name: str) -> int:
        value = self._given.get(name)
        if value is not None:
            return value
        if name.startswith(UNKNOWN):
            return 0
        if not self._read.knows(name):
            raise KeyError(name)
        return self._read.field(name, ())

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return name in self._given or name.startswith(UNKNOWN) or self._read.knows(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


class _Functions(Mapping[str, Any]):
    """Meanings of functions: given ones, and storage mappings read from the chain."""

    def __init__(self, given: Mapping[str, Any], read: _Reader) -> None:
        self._given = given
        self._read = read

    def __getitem__(self, name: str) -> Any:
        found = self._given.get(name) or self._read.account(name)
        if found is not None:
            return found
        if name.startswith(UNKNOWN):
            return lambda *args: 0
        if not self._read.knows(name):
            raise KeyError(name)
        return lambda *keys: self._read.field(name, keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def _code_hash(chain: Chain, address: int) -> int:
    """EXTCODEHASH."""
    code = chain.code(address)
    if not code and not chain.nonce(address) and not chain.balance(address):
        return 0
    return int.from_bytes(keccak256(code), "big")


def _ecrecover(chain: Chain, words: tuple[int, ...]) -> int:
    """The signer's address by the chain's own precompiled contract, 0 for a bad signature."""
    data = b"".join(word.to_bytes(32, "big") for word in words)
    return int.from_bytes(chain.call(Transaction(0, _ECRECOVER, 0, data)).output, "big")
