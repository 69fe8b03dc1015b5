"""What of a contract is state, and what names become between the sources and Python.

@dataclass(kw_only=True)
class Token(Contract):
    minter: Parameter[int]                                    never changes: no state
    last_price: int = 0                                       the source says lastPrice
    paused: bool = field(default=True, metadata=label("_paused"))
    hashes: dict[int, Bytes32] = field(default_factory=dict)  a mapping; entries begin as zero
"""

from __future__ import annotations

import dataclasses
import functools
import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

Fixed = TypeVar("Fixed")

PARAMETER = "fixed when the contract is made"
Parameter = Annotated[Fixed, PARAMETER]
"""The type of a field that never changes: an immutable of the contract, or its identity."""

NO_BYTES32 = bytes(32)
Bytes32 = Annotated[bytes, NO_BYTES32]
"""The type of 32 bytes, of which zero is 32 zeros."""


@dataclass(frozen=True)
class Variable:
    """A variable of a contract's state.

    ``attribute`` is its name here, ``label`` its name in the source.  ``zero`` is what a missing
    entry stands for if it is a mapping.
    """

    attribute: str
    label: str
    is_mapping: bool
    zero: Any

    def changed(self, before: Any, after: Any) -> tuple[Any, ...] | None:
        """The keys that changed in a mapping, ``()`` for another value, ``None`` for no change."""
        if before == after:
            return None
        if not self.is_mapping:
            return ()
        keys = {**before, **after}
        zero = self.zero
        return tuple(k for k in keys if before.get(k, zero) != after.get(k, zero)) or None


def label(name: str) -> Mapping[str, str]:
    """What a field is called in the source, as its metadata."""
    return {"label": name}


@functools.cache
def variables_of(kind: type[Any]) -> Mapping[str, Variable]:
    """The state of a contract by label: its fields that are no :data:`Parameter`."""
    hints = get_type_hints(kind, include_extras=True)
    found: dict[str, Variable] = {}
    for each in dataclasses.fields(kind):
        hint = hints[each.name]
        if PARAMETER in getattr(hint, "__metadata__", ()):
            continue
        is_mapping = get_origin(hint) is dict
        zero = zero_of(get_args(hint)[1] if is_mapping else hint)
        name = each.metadata.get("label", camel_case(each.name))
        found[name] = Variable(each.name, name, is_mapping, zero)
    return found


def zero_of(kind: Any) -> Any:
    """The value of a type that stands for nothing: 0, no bytes, a struct of these.

    >>> zero_of(int), zero_of(bool), zero_of(Bytes32) == bytes(32)
    (0, False, True)
    """
    return kind.__metadata__[0] if hasattr(kind, "__metadata__") else kind()


def snake_case(name: str) -> str:
    """Turn an ABI name into a Python one: ``migrateStake`` and ``_totalSupply`` alike.

    A word that Python reserves gets an underscore.

    >>> snake_case("migrateStake"), snake_case("_totalSupply"), snake_case("l2ToL1Sender")
    ('migrate_stake', 'total_supply', 'l2_to_l1_sender')
    >>> snake_case("depositETH"), snake_case("from")
    ('deposit_eth', 'from_')
    """
    if name.isupper():
        return name.lower()
    out: list[str] = []
    for before, letter in zip(" " + name, name, strict=False):
        if letter.isupper() and not before.isupper() and out and out[-1] != "_":
            out.append("_")
        out.append(letter.lower())
    word = "".join(out).strip("_")
    return f"{word}_" if keyword.iskeyword(word) else word


def camel_case(name: str) -> str:
    """Turn a Python name into the one that the source most likely has.

    >>> camel_case("l2_to_l1_sender"), camel_case("fees")
    ('l2ToL1Sender', 'fees')
    """
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
