"""From a slot term to its region and keys; see `regions`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.compile import (
    ArrayType,
    BytesType,
    MappingType,
    StorageLayout,
    StorageType,
    StructType,
)
from harness.symbolic.machine.errors import Unsupported
from harness.symbolic.machine.hashing import Hashes, Preimage, preimage_of
from harness.symbolic.machine.regions import (
    Field,
    Prefix,
    Region,
    Step,
    fields_of,
    raw_field,
    struct_fields,
)
from harness.symbolic.terms import Facts, Int, const, division, linear
from harness.symbolic.terms.node import CONST, WORD_BITS
from harness.symbolic.terms.slices import residue_form
from harness.world import Index

__all__ = ["Attribution"]


_BELOW = 1 << 16
"""A constant so little below the start of an array is part of an index into it."""


@dataclass(frozen=True, slots=True)
class _Data:
    """The data of a dynamic array or a byte string, behind the hash of its slot."""

    of: ArrayType | BytesType


@dataclass(frozen=True, slots=True)
class _Spot:
    """How far a slot has been followed."""

    root: int
    steps: tuple[Step, ...]
    keys: tuple[Int, ...]
    kind: StorageType | _Data | None
    """Type of the value that begins here; None if no layout tells."""
    prefix: Prefix | None
    fields: tuple[Field, ...] | None = None
    """Fields of this very word, where they are known already."""

    def move(self, size: int) -> _Spot:
        """So many slots further."""
        return replace(self, steps=(*self.steps, Step("move", size))) if size else self


class Attribution:
    """Names the slots of one contract.

    >>> attribution.resolve(slot, facts)
    (Region('l1_token', ...), (key,))
    """

    def __init__(
        self,
        contract: str,
        layout: StorageLayout | None,
        hashes: Hashes,
        constants: frozenset[int] = frozenset(),
    ) -> None:
        self._constants = constants
        self._folded = False
        self._contract = contract
        self._layout = layout
        self._hashes = hashes
        self._known: dict[Int, tuple[Region, tuple[Int, ...]]] = {}
        self._regions: dict[tuple[int, tuple[Step, ...]], Region] = {}

    def resolve(self, slot: Int, facts: Facts) -> tuple[Region, tuple[Int, ...]]:
        """The region and the keys of a slot. Raises Unsupported if it has none that we see."""
        found = self._known.get(slot)
        if found is None:
            spot = self._follow(slot, facts)
            found = self._known[slot] = self._region(spot), spot.keys
        return found

    def _fold(self) -> None:
        """Compute the digests that the optimizer may have computed; once, at the first slot that
        begins with a large constant."""
        if not self._folded and self._layout is not None:
            slots = {variable.slot for variable in self._layout.variables}
            self._hashes.fold(sorted(slots), sorted(self._constants))
        self._folded = True

    def _region(self, spot: _Spot) -> Region:
        key = (spot.root, spot.steps)
        region = self._regions.get(key)
        if region is None:
            fields = spot.fields
            kind = None if isinstance(spot.kind, _Data) else spot.kind
            if fields is None and spot.prefix is not None and kind is not None:
                fields = struct_fields(self._contract, kind, 0, spot.prefix)
            if not fields:
                fields = raw_field(self._contract, _text(spot))
            region = self._regions[key] = Region(self._contract, spot.root, spot.steps, fields)
        return region

    def _follow(self, slot: Int, facts: Facts) -> _Spot:
        """The spot of one word."""
        if slot.op != CONST:
            # Slots wrap around 2^256: so may what an index is scaled by and added to.
            slot = residue_form(slot, WORD_BITS)
        if slot.op == CONST:
            return self._constant(slot.data % (1 << WORD_BITS), facts)
        atoms, factors, _ = linear.split(slot)
        for atom, factor in zip(atoms, factors, strict=True):
            preimage = preimage_of(atom) if factor == 1 else None
            if preimage is not None:
                spot = self._hashed(preimage, facts)
                return self._descend(spot, linear.subtract(slot, atom))
        return self._array_with_known_start(slot, facts)

    def _constant(self, slot: int, facts: Facts) -> _Spot:
        spot = self._variable(slot, const(slot))
        if spot is not None:
            return spot
        if slot >> 64:
            self._fold()
        near = self._hashes.preimage_near(slot)
        if near is not None:
            return self._descend(self._hashed(near[0], facts), const(near[1]))
        return _Spot(slot, (), (), None, None)

    def _variable(self, at: int, slot: Int) -> _Spot | None:
        """The word of a variable of the layout that occupies the slot `at`."""
        if self._layout is None:
            return None
        variables = tuple(self._layout.at_slot(at))
        if not variables:
            return None
        start = Prefix(layout=self._layout)
        if len(variables) == 1:
            variable = variables[0]
            whole = _Spot(variable.slot, (), (), variable.type, start.then(variable))
            return self._descend(whole, linear.shift(slot, -variable.slot))
        fields = fields_of(self._contract, variables, at, start)
        return _Spot(at, (), (), None, None, fields)

    def _array_with_known_start(self, slot: Int, facts: Facts) -> _Spot:
        """A fixed array in place, or a dynamic one whose hash the optimizer has computed."""
        constant = linear.split(slot)[2]
        lo, hi = facts.bounds(slot)
        if self._layout is not None and lo is not None and hi is not None:
            for variable in self._layout.at_slot(lo):
                if hi < variable.slot + max(1, -(-variable.type.size // 32)):
                    spot = self._variable(variable.slot, slot)
                    if spot is not None:
                        return spot
        self._fold()
        # The index may be one less than something: look a little above as well.
        for margin in (0, _BELOW):
            near = self._hashes.preimage_near((constant + margin) % (1 << WORD_BITS))
            if near is not None:
                rest = linear.shift(slot, near[1] - margin - constant)
                return self._descend(self._hashed(near[0], facts), rest)
        raise Unsupported(f"unattributable storage slot {slot!r}")

    def _hashed(self, preimage: Preimage, facts: Facts) -> _Spot:
        """What begins at the hash of a slot, or of a key and a slot."""
        base = self._follow(preimage.slot, facts)
        prefix, kind = base.prefix, base.kind
        if preimage.key is not None:
            steps = (*base.steps, Step("map", preimage.width))
            keys = (*base.keys, preimage.key)
            if isinstance(kind, MappingType) and prefix is not None:
                return _Spot(base.root, steps, keys, kind.value, prefix.step(None))
            return _Spot(base.root, steps, keys, None, None)
        steps = (*base.steps, Step("data"))
        if prefix is not None and (
            isinstance(kind, BytesType) or (isinstance(kind, ArrayType) and kind.length is None)
        ):
            return _Spot(base.root, steps, base.keys, _Data(kind), prefix)
        return _Spot(base.root, steps, base.keys, None, None)

    def _descend(self, spot: _Spot, rest: Int) -> _Spot:
        """Into a value, `rest` slots further: to the word that is meant."""
        while True:
            kind = spot.kind
            if isinstance(kind, _Data):
                item = kind.of.item if isinstance(kind.of, ArrayType) else None
                spot, rest = self._item(spot, item, rest)
            elif isinstance(kind, ArrayType) and kind.length is not None:
                spot, rest = self._item(spot, kind.item, rest)
            elif isinstance(kind, StructType):
                found = self._member(spot, kind, rest)
                if isinstance(found, _Spot):
                    return found
                spot, rest = found
            elif rest.op != CONST:
                raise Unsupported(f"unattributable storage slot: {rest!r} slots behind a value")
            elif rest.data == 0:
                return spot
            else:
                further = rest.data % (1 << WORD_BITS)
                return replace(spot.move(further), kind=None, prefix=None, fields=None)

    def _item(self, spot: _Spot, item: StorageType | None, rest: Int) -> tuple[_Spot, Int]:
        """Into an array: the item that is meant, and what is left within it."""
        size = 1 if item is None or item.size <= 16 else -(-item.size // 32)
        divisor = const(size)
        index, inner = division.divide(rest, divisor), division.modulo(rest, divisor)
        if inner.op != CONST:
            raise Unsupported(f"unattributable storage slot: {rest!r} slots into an array")
        whole = item if item is not None and item.size > 16 else None
        prefix = spot.prefix.step(Index(None)) if spot.prefix is not None else None
        steps = (*spot.steps, Step("item", size))
        if whole is None:
            name = f"{prefix.text}.word" if prefix is not None else _text(spot) + "[]"
            fields = raw_field(self._contract, name)
            return _Spot(spot.root, steps, (*spot.keys, index), None, None, fields), inner
        return _Spot(spot.root, steps, (*spot.keys, index), whole, prefix), inner

    def _member(self, spot: _Spot, kind: StructType, rest: Int) -> _Spot | tuple[_Spot, Int]:
        """Into a struct: a compound member with the rest, or the word of plain ones."""
        constant = linear.split(rest)[2] if rest.op != CONST else rest.data
        assert spot.prefix is not None
        for member in kind.members:
            size = max(1, -(-member.type.size // 32))
            if not member.slot <= constant < member.slot + size:
                continue
            alone = isinstance(member.type, MappingType | StructType | BytesType | ArrayType)
            if alone:
                inner = replace(
                    spot.move(member.slot), kind=member.type, prefix=spot.prefix.then(member)
                )
                return inner, linear.shift(rest, -member.slot)
            break
        if rest.op != CONST:
            raise Unsupported(f"unattributable storage slot: {rest!r} slots into {kind.name}")
        fields = struct_fields(self._contract, kind, constant, spot.prefix)
        moved = spot.move(constant % (1 << WORD_BITS))
        return replace(moved, kind=None, prefix=None, fields=fields or None)


def _text(spot: _Spot) -> str:
    """A unique name for a spot that no layout describes."""
    parts = [f"slot({spot.root:#x})"]
    for step in spot.steps:
        text = {"map": "[]", "data": ".data", "item": f"[*{step.size}]"}.get(step.kind)
        parts.append(text if text is not None else f"+{step.size}")
    return "".join(parts)
