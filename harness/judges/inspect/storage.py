"""Which storage variable an operation writes, and what code may write behind our back.

A write through a storage pointer is attributed by type: without assembly, a pointer to a struct
leads into a variable that holds such structs, whatever it was assigned.  Where several variables
hold the type, each may be the one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slither.core.declarations import Structure
from slither.core.solidity_types import ArrayType, MappingType, UserDefinedType
from slither.core.variables.local_variable import LocalVariable
from slither.core.variables.state_variable import StateVariable
from slither.slithir.operations import (
    Assignment,
    Delete,
    Index,
    InternalDynamicCall,
    Length,
    LowLevelCall,
    Member,
    SolidityCall,
)
from slither.slithir.variables import ReferenceVariable, TemporaryVariable

from harness.judges.inspect.program import Program, opaque_assembly, site_of
from harness.judges.inspect.walk import Execution, Reached
from harness.structure import Site

__all__ = ["Write", "unreadable", "writes"]


@dataclass(frozen=True, slots=True)
class Write:
    """A write to a variable; not ``certain`` where the pointer may lead to others as well."""

    variable: str
    site: Site
    certain: bool = True


def writes(program: Program, reached: Sequence[Reached]) -> Iterator[Write]:
    """What some operations write to storage."""
    for at in reached:
        for target in _targets(at.op):
            yield from _attributed(program, target, site_of(at.node))


def _targets(op: Any) -> Iterator[Any]:
    """The variables that an operation writes through, however indirectly."""
    made = getattr(op, "lvalue", None)
    for each in (made, op.variable if isinstance(op, Delete) else None):
        if isinstance(each, StateVariable):
            yield each
        elif isinstance(each, ReferenceVariable) and not isinstance(op, Index | Member | Length):
            # These three make a reference; any other operation stores into it.
            yield each.points_to_origin


def _attributed(program: Program, target: Any, site: Site) -> Iterator[Write]:
    if isinstance(target, StateVariable):
        yield Write(program.variable_name(target), site)
        return
    if isinstance(target, LocalVariable) and not target.is_storage:
        return
    if not isinstance(target, LocalVariable | TemporaryVariable):
        return
    holders = [
        name for name, each in program.variables.items() if _holds(each.type, target.type, set())
    ]
    for name in holders:
        yield Write(name, site, certain=len(holders) == 1)


def _holds(outer: Any, inner: Any, seen: set[str]) -> bool:
    """Whether a variable of one type has a place of another type in it."""
    if outer == inner or (str(outer) == str(inner) and type(outer) is type(inner)):
        return True
    match outer:
        case MappingType():
            return _holds(outer.type_to, inner, seen)
        case ArrayType():
            return _holds(outer.type, inner, seen)
        case UserDefinedType() if isinstance(outer.type, Structure):
            if outer.type.canonical_name in seen:
                return False
            seen.add(outer.type.canonical_name)
            return any(_holds(m.type, inner, seen) for m in outer.type.elems_ordered)
    return False


def unreadable(execution: Execution) -> Iterator[str]:
    """Why what an entry does cannot be told from the source, one sentence for each place."""
    for at in execution.steps:
        op, site = at.op, site_of(at.node)
        if isinstance(op, InternalDynamicCall):
            yield f"a call through a function pointer cannot be followed ({site})"
        elif isinstance(op, LowLevelCall) and op.function_name in ("delegatecall", "callcode"):
            yield f"a {op.function_name} may do anything to the storage ({site})"
        elif isinstance(op, SolidityCall) and str(op.function.name).startswith(
            ("selfdestruct", "suicide")
        ):
            yield f"a selfdestruct ends the call before its end ({site})"
        elif isinstance(op, Assignment) and _is_function_type(op.lvalue):
            yield f"a function pointer is made here ({site})"
    for function in execution.functions:
        for found, site in opaque_assembly(function):
            yield f"inline assembly with {found} cannot be followed ({site})"


def _is_function_type(value: Any) -> bool:
    return str(getattr(value, "type", "")).startswith("function(")
