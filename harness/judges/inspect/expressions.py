"""Values of the intermediate representation as terms, in the words of the source.

A term is the text that an auditor would write: ``msg.sender``, ``minters[msg.sender]``,
``controller.governor()``.  Boolean operators stay apart from the text, so that it can be said what
follows from a condition; comparisons are brought into one form, so that ``a != b`` and
``!(b == a)`` are the same.

Only what certainly has one meaning is spelt out.  A local variable stands for its initial value
when it has an initial value and is never changed; any other is *opaque*, with a name that no
condition can be written with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slither.core.cfg.node import NodeType
from slither.core.declarations import Contract, Enum, Function, FunctionContract
from slither.core.declarations.solidity_variables import SolidityVariable
from slither.core.solidity_types import ElementaryType, TypeAlias, UserDefinedType
from slither.core.variables.local_variable import LocalVariable
from slither.core.variables.state_variable import StateVariable
from slither.slithir.operations import (
    Assignment,
    Binary,
    BinaryType,
    HighLevelCall,
    Index,
    InternalCall,
    Length,
    LibraryCall,
    Member,
    Return,
    SolidityCall,
    TypeConversion,
    Unary,
    UnaryType,
)
from slither.slithir.variables import Constant, ReferenceVariable, TemporaryVariable

from harness.errors import UsageError
from harness.judges.inspect.program import Program

__all__ = ["Both", "Either", "Expr", "Not", "Reader", "Text", "condition", "implies"]


@dataclass(frozen=True, slots=True)
class Text:
    """A value that is no boolean combination of others."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    of: Expr


@dataclass(frozen=True, slots=True)
class Both:
    """Both of two conditions."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of two conditions."""

    left: Expr
    right: Expr


Expr = Text | Not | Both | Either

_DEEPEST = 8
"""Functions that consist of a single return are spelt out; no deeper than this."""


def implies(known: Expr, holds: bool, wanted: frozenset[Expr]) -> bool:
    """Whether one of the wanted literals certainly holds where ``known`` is true, or is false."""
    match known:
        case Not(of):
            return implies(of, not holds, wanted)
        case Both(left, right) | Either(left, right):
            both = implies(left, holds, wanted), implies(right, holds, wanted)
            # A conjunction that is true, and a disjunction that is false, settle both sides.
            return any(both) if isinstance(known, Both) is holds else all(both)
        case Text():
            return (known if holds else Not(known)) in wanted


def comparison(operator: str, left: str, right: str) -> Expr:
    """A comparison in the one form that all of its spellings share."""
    match operator:
        case "==" | "!=":
            same = Text(" == ".join(sorted((left, right))))
            return same if operator == "==" else Not(same)
        case "<":
            return Text(f"{left} < {right}")
        case ">":
            return Text(f"{right} < {left}")
        case ">=":
            return Not(Text(f"{left} < {right}"))
        case "<=":
            return Not(Text(f"{right} < {left}"))
    return Text(f"{left} {operator} {right}")


def condition(text: str) -> Expr:
    """A condition as an author writes it: a comparison or a term, perhaps with ``!`` before it.

    Raises :class:`~harness.errors.UsageError` for what is more than that.
    """
    plain = text.strip()
    if not plain or re.search(r"&&|\|\|", plain):
        raise UsageError(
            f"{text!r} is not one condition",
            fix="write one comparison; give several conditions where any of them will do",
        )
    if plain.startswith("!") and not plain.startswith("!="):
        return _flipped(condition(plain[1:]))
    parts = re.split(r"(==|!=|<=|>=|<|>)", plain)
    if len(parts) == 1:
        return Text(_squeezed(plain))
    if len(parts) == 3:
        return comparison(parts[1], _squeezed(parts[0]), _squeezed(parts[2]))
    raise UsageError(f"{text!r} compares more than once", fix="write one comparison")


def _flipped(each: Expr) -> Expr:
    return each.of if isinstance(each, Not) else Not(each)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


class Reader:
    """Reads values of one activation of a function.

    Args:
        program: the contract that runs.
        function: the function that the values stand in.
        arguments: what its parameters are, by position.
    """

    def __init__(
        self, program: Program, function: Any, arguments: tuple[Expr, ...], depth: int = 0
    ) -> None:
        self._program = program
        self._function = function
        self._arguments = arguments
        self._depth = depth
        self._definitions = _definitions(program, function)

    def read(self, value: Any) -> Expr:
        """A value as a term."""
        if isinstance(value, Constant):
            return Text(str(value.value))
        if isinstance(value, StateVariable):
            return Text(self._program.variable_name(value))
        if isinstance(value, LocalVariable):
            return self._local(value)
        if isinstance(value, SolidityVariable | Contract | Enum):
            return Text(str(value.name))
        if isinstance(value, TemporaryVariable | ReferenceVariable):
            made = self._definitions.by_name.get(value.name)
            return self._operation(made) if made is not None else self._opaque(value)
        if isinstance(value, Function):
            return Text(str(value.name))
        if isinstance(value, list | tuple):
            return Text("(" + ",".join(self.text(each) for each in value) + ")")
        return self._opaque(value)

    def text(self, value: Any) -> str:
        """A value as text, boolean operators included."""
        return _plain(self.read(value))

    def _opaque(self, value: Any) -> Text:
        return Text(f"<{getattr(value, 'name', type(value).__name__)}>")

    def _local(self, variable: Any) -> Expr:
        for position, parameter in enumerate(self._function.parameters):
            if parameter is variable:
                if id(variable) in self._definitions.changed:
                    return self._opaque(variable)
                if position < len(self._arguments):
                    return self._arguments[position]
                return self._opaque(variable)
        made = self._definitions.initial.get(id(variable))
        if made is None or id(variable) in self._definitions.changed or not _is_plain(variable):
            return self._opaque(variable)
        return self.read(made)

    def _operation(self, op: Any) -> Expr:
        match op:
            case Binary():
                return self._binary(op)
            case Unary() if op.type is UnaryType.BANG:
                return Not(self.read(op.rvalue))
            case TypeConversion():
                inner = self.read(op.variable)
                if _keeps_value(op):
                    return inner
                return Text(f"{op.type}({_plain(inner)})")
            case Assignment():
                return self.read(op.rvalue)
            case Index():
                return Text(f"{self.text(op.variable_left)}[{self.text(op.variable_right)}]")
            case Length():
                return Text(f"{self.text(op.value)}.length")
            case Member():
                return Text(f"{self.text(op.variable_left)}.{op.variable_right}")
            case LibraryCall():
                return Text(f"{op.destination.name}.{op.function_name}({self._list(op)})")
            case HighLevelCall():
                target = self.text(op.destination)
                # A public variable is read by its getter: a call, like any other.
                return Text(f"{target}.{op.function_name}({self._list(op)})")
            case InternalCall():
                return self._internal(op)
            case SolidityCall():
                name = str(op.function.name).partition("(")[0]
                return Text(f"{name}({self._list(op)})")
        return self._opaque(op.lvalue)

    def _binary(self, op: Any) -> Expr:
        if op.type is BinaryType.ANDAND:
            return Both(self.read(op.variable_left), self.read(op.variable_right))
        if op.type is BinaryType.OROR:
            return Either(self.read(op.variable_left), self.read(op.variable_right))
        sides = (op.variable_left, op.variable_right)
        if any(isinstance(getattr(each, "type", None), TypeAlias) for each in sides):
            # Values of a user's own type have the operators that the user gave them.
            return self._opaque(op.lvalue)
        left, right = (self.text(each) for each in sides)
        return comparison(str(op.type.value), left, right)

    def _list(self, op: Any) -> str:
        return ",".join(self.text(each) for each in op.arguments)

    def _internal(self, op: Any) -> Expr:
        node = self._definitions.nodes[op.lvalue.name]
        callee = self._program.callee(op, node, self._function)
        arguments = tuple(self.read(each) for each in op.arguments)
        returned = _only_return(callee)
        if returned is not None and self._depth < _DEEPEST:
            return Reader(self._program, callee, arguments, self._depth + 1).read(returned)
        return Text(f"{callee.name}({','.join(_plain(each) for each in arguments)})")


def _plain(each: Expr) -> str:
    match each:
        case Text(text):
            return text
        case Not(of):
            return f"!({_plain(of)})"
        case Both(left, right):
            return f"({_plain(left)}&&{_plain(right)})"
        case Either(left, right):
            return f"({_plain(left)}||{_plain(right)})"


def _is_plain(variable: Any) -> bool:
    """Whether nothing but an assignment to the variable itself can change what it stands for."""
    kind = variable.type
    if isinstance(kind, ElementaryType):
        return kind.name not in ("bytes", "string")
    if isinstance(kind, UserDefinedType) and isinstance(kind.type, Contract | Enum):
        return True
    return bool(variable.is_storage)


def _keeps_value(op: Any) -> bool:
    """Whether a conversion only changes how an address is seen, or what the literal 0 is."""
    if isinstance(op.variable, Constant):
        return not op.variable.value or str(op.type).startswith("address")
    source = getattr(op.variable, "type", None)
    return _is_address(op.type) and _is_address(source)


def _is_address(kind: Any) -> bool:
    if isinstance(kind, ElementaryType):
        return str(kind.name).startswith("address")
    if isinstance(kind, UserDefinedType):
        return isinstance(kind.type, Contract)
    return isinstance(kind, Contract)


def _only_return(function: Any) -> Any:
    """What a function returns that does nothing else; ``None`` for any other function."""
    if function.modifiers or not isinstance(function, FunctionContract | Function):
        return None
    nodes = [n for n in function.nodes if n.type is not NodeType.ENTRYPOINT]
    if len(nodes) != 1 or nodes[0].type is not NodeType.RETURN:
        return None
    values = [each for op in nodes[0].irs if isinstance(op, Return) for each in op.values]
    return values[0] if len(values) == 1 and not isinstance(values[0], list) else None


@dataclass(frozen=True)
class _Definitions:
    """What the variables of a function stand for.

    ``by_name`` and ``nodes`` are the operations that make temporaries, and their nodes; ``initial``
    the initial values of local variables, and ``changed`` those that are written again, by ``id``.
    """

    by_name: Mapping[str, Any]
    nodes: Mapping[str, Any]
    initial: Mapping[int, Any]
    changed: frozenset[int]


def _definitions(program: Program, function: Any) -> _Definitions:
    known = program.notes.get(id(function))
    if not isinstance(known, _Definitions):
        known = program.notes[id(function)] = _defined(function)
    return known


def _defined(function: Any) -> _Definitions:
    by_name: dict[str, Any] = {}
    nodes: dict[str, Any] = {}
    initial: dict[int, Any] = {}
    written: dict[int, int] = {}
    for node in function.nodes:
        for op in node.irs:
            made = getattr(op, "lvalue", None)
            if isinstance(made, TemporaryVariable | ReferenceVariable) and not (
                isinstance(made, ReferenceVariable) and made.name in by_name
            ):
                # The first operation makes a reference; later ones write through it.
                by_name[made.name] = op
                nodes[made.name] = node
            elif isinstance(made, LocalVariable):
                written[id(made)] = written.get(id(made), 0) + 1
                is_declared = node.type is NodeType.VARIABLE and node.variable_declaration is made
                if is_declared and isinstance(op, Assignment):
                    initial[id(made)] = op.rvalue
            if isinstance(made, ReferenceVariable) and nodes.get(made.name) is not None:
                origin = made.points_to_origin
                through = isinstance(origin, LocalVariable) and not origin.is_storage
                if through and op is not by_name[made.name]:
                    written[id(origin)] = written.get(id(origin), 0) + 2
    changed = frozenset(
        each for each, times in written.items() if times > (1 if each in initial else 0)
    )
    return _Definitions(by_name, nodes, initial, changed)
