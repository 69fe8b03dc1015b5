"""A contract as Slither reads it: its entries, its calls, and what cannot be read.

Slither keeps a copy of each inherited function for each contract that inherits it, with virtual
calls resolved for that contract, but a call of a shadowed function (``super.f()``, ``Base.f()``)
leads to the base's own copy, where virtual calls are the base's.  :meth:`Program.callee` puts that
right: it stays in the copies of the contract that is deployed, and follows ``super`` along its
linearised bases.

Copies of a function are equal to Slither, which compares places in the source; so nothing here is
ever looked up by equality of Slither's objects, but by identity or by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from slither.core.cfg.node import NodeType
from slither.core.declarations import Function, FunctionContract, Modifier
from slither.slithir.operations import InternalCall, LibraryCall

from harness.errors import InternalError, LookupProblem, UsageError
from harness.structure import Site

__all__ = ["Program", "name_of", "opaque_assembly", "site_of"]

_OPAQUE = re.compile(
    r"\b(sstore|tstore|delegatecall|callcode|call|staticcall|create2?|selfdestruct|return|stop)\b"
    r"|\.\s*(slot|offset)\b"
)
"""What takes assembly beyond computing, reading and reverting.

``return`` and ``stop`` end a call with success and skip the rest of it; ``.slot`` makes a storage
pointer point anywhere.
"""


_GLOBALS = ("msg", "tx", "block", "abi", "this", "super", "type")


class Program:
    """One contract that is deployed.

    Args:
        contract: Slither's object of it.
    """

    def __init__(self, contract: Any) -> None:
        self.contract = contract
        self.name = str(contract.name)
        self.bases = (contract, *contract.inheritance)
        names = [base.name for base in self.bases]
        if len(set(names)) != len(names):
            raise UsageError(
                f"two bases of {self.name} have one name, so their functions cannot be told apart",
                where=str(site_of(contract)),
                fix="rename one of them",
            )
        self.notes: dict[int, object] = {}
        """What readers keep of a function, by its ``id``."""
        self._copies = {f.canonical_name: f for f in contract.functions}
        self._modifiers = {m.canonical_name: m for m in contract.modifiers}

    @cached_property
    def entries(self) -> Mapping[str, Any]:
        """Functions that can be called from outside, by signature; the most derived of each."""
        found: dict[str, Any] = {}
        rank = {base.name: position for position, base in enumerate(self.bases)}
        for each in self.contract.functions:
            named = each.is_fallback or each.is_receive
            if each.is_constructor or not (named or each.visibility in ("public", "external")):
                continue
            if not each.nodes:
                continue
            other = found.get(each.full_name)
            if other is None or _rank(each, rank) < _rank(other, rank):
                found[each.full_name] = each
        return found

    def entry(self, name: str) -> Any:
        """The entry of a name or a signature."""
        if name in self.entries:
            return self.entries[name]
        found = [each for each in self.entries.values() if each.name == name]
        if len(found) == 1:
            return found[0]
        if not found:
            known = (each.name for each in self.entries.values())
            raise LookupProblem.unknown("entry", name, known, self.name)
        raise LookupProblem.ambiguous("entry", name, (f.full_name for f in found), self.name)

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """Storage variables by name; by ``Base.name`` where two bases have one of that name."""
        stored = [v for v in self._state if not (v.is_constant or v.is_immutable)]
        return _named(stored)

    @cached_property
    def fixed(self) -> Mapping[str, Any]:
        """Immutable and constant variables by name."""
        return _named([v for v in self._state if v.is_constant or v.is_immutable])

    @cached_property
    def taken(self) -> frozenset[str]:
        """Names that mean something in a condition, whatever a parameter is called."""
        others = {each.name for each in self.contract.compilation_unit.contracts}
        return frozenset({*self.variables, *self.fixed, *others, *_GLOBALS})

    @property
    def _state(self) -> list[Any]:
        # Includes what bases declare private, which Slither leaves out of ``state_variables``.
        return [v for base in reversed(self.bases) for v in base.state_variables_declared]

    def variable_name(self, variable: Any) -> str:
        """The name of a state variable, as :attr:`variables` and :attr:`fixed` have it."""
        for names in (self.variables, self.fixed):
            for name, each in names.items():
                if each is variable or each.canonical_name == variable.canonical_name:
                    return name
        return str(variable.canonical_name)

    def callee(self, call: InternalCall | LibraryCall, node: Any, caller: Any) -> Any:
        """The function that an internal call runs in this contract."""
        function = call.function
        if isinstance(function, Modifier):
            return self._modifiers.get(function.canonical_name, function)
        if not isinstance(function, Function):
            raise InternalError(f"an internal call of {function!r}", where=str(site_of(node)))
        if isinstance(call, LibraryCall) or not isinstance(function, FunctionContract):
            return function
        if function.contract_declarer.is_library:
            return function
        if re.search(rf"\bsuper\s*\.\s*{re.escape(function.name)}\b", str(node.expression)):
            function = self._next_after(caller, function)
        return self._copies.get(function.canonical_name, function)

    def _next_after(self, caller: Any, function: Any) -> Any:
        """What ``super.f()`` in a function of some base means in this contract."""
        order = [base.name for base in self.bases]
        declarer = caller.contract_declarer.name
        start = order.index(declarer) + 1 if declarer in order else 0
        for base in self.bases[start:]:
            for each in base.functions_declared:
                if each.full_name == function.full_name and each.nodes:
                    return each
        return function

    def modifiers(self, function: Any) -> list[tuple[Any, Any, Any]]:
        """The modifiers of a function in order, each with its call and that call's node."""
        calls = [
            (self.callee(op, node, function), op, node)
            for node in function.nodes
            for op in node.irs
            if isinstance(op, InternalCall) and op.is_modifier_call
        ]
        applied = [m for m in function.modifiers if isinstance(m, Modifier)]
        if [m.name for m, _, _ in calls] != [m.name for m in applied]:
            raise InternalError(
                f"the modifiers of {function.canonical_name} cannot be told apart",
                where=str(site_of(function)),
            )
        return calls


def _rank(function: Any, ranks: Mapping[str, int]) -> int:
    return ranks.get(function.contract_declarer.name, len(ranks))


def _named(variables: Iterable[Any]) -> dict[str, Any]:
    distinct = {v.canonical_name: v for v in variables}
    names = [v.name for v in distinct.values()]
    return {
        v.name if names.count(v.name) == 1 else canonical: v for canonical, v in distinct.items()
    }


def name_of(function: Any) -> str:
    """An entry's name for a reader."""
    return str(function.name) or str(function.full_name)


def site_of(thing: Any) -> Site:
    """Where something stands in the source."""
    mapping = thing.source_mapping
    line = mapping.lines[0] if mapping.lines else 0
    expression = getattr(thing, "expression", None)
    return Site(str(mapping.filename.relative), line, str(expression) if expression else "")


def opaque_assembly(function: Any) -> Iterator[tuple[str, Site]]:
    """What the assembly of a function does that cannot be followed, and where."""
    for node in function.nodes:
        if node.type is not NodeType.ASSEMBLY:
            continue
        text = re.sub(r'"[^"\n]*"', "", node.source_mapping.content)
        for found in sorted({m.group().replace(" ", "") for m in _OPAQUE.finditer(text)}):
            yield found, site_of(node)
