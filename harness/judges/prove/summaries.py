"""Summaries of internal functions: which function one is of, and what it says of it.

The function is found in the source by its name and in the bytecode by the compiler's debug data,
with its entry and how many items of the stack it takes and leaves. One that was inlined everywhere
has no entry: nothing can stand for it, and nothing is proved of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, cast

from harness.address import Address
from harness.compile import Artifact
from harness.compiled import CompiledSystem
from harness.errors import HarnessError, LookupProblem, UsageError
from harness.judges.prove.cases import Case, cases_of, claim
from harness.property import Kind, Property
from harness.symbolic.explore import TooManyPaths
from harness.symbolic.machine import Unsupported
from harness.symbolic.machine.summaries import Internal
from harness.symbolic.terms import TRUE, Bool, Int, compare, const, signed
from harness.symbolic.values import SymBool, SymInt
from harness.world import World

__all__ = ["Summarised", "check_summaries", "summarised", "unit_of"]

_WORDS: Final = re.compile(r"(u?int\d*|address( payable)?|bool|bytes\d+|(contract|enum) \S+)$")
"""Types of which a value is one item of the stack; others are places in memory, storage or call
data."""

_OF_AUTHOR: Final[Mapping[type, str]] = {Address: "Address", bool: "bool", int: "Number"}


@dataclass(frozen=True)
class _Function:
    """A function of the source."""

    ast_id: int
    name: str
    definer: str
    """The contract or library that declares it; empty for a function of the file."""
    parameters: tuple[tuple[str, str], ...]
    """Name and type of each."""
    returns: tuple[tuple[str, str], ...]

    @property
    def signature(self) -> str:
        """Name and types."""
        return f"{self.name}({','.join(kind for _, kind in self.parameters)})"

    @property
    def full_name(self) -> str:
        """The same with who declares it."""
        return f"{self.definer}.{self.signature}" if self.definer else self.signature


@dataclass(frozen=True)
class Summarised:
    """A summary and the function that it is of."""

    property: Property
    chain: str
    internal: Internal | None
    """None if it cannot be used."""
    missing: str
    """Why not."""
    kinds: tuple[str, ...] = ()
    """Types of the arguments and the results in the source."""

    @property
    def unit(self) -> str:
        """The name of what proves it."""
        return unit_of(self.property)

    def cases(self, args: Sequence[Int], results: Sequence[Int] | None) -> tuple[Case, ...]:
        """What it says of arguments and results, of arguments alone where the function reverts.

        Raises Unsupported or HarnessError where it does what cannot be followed on terms.
        """
        if results is None and not self.property.optional:
            return ()
        values = [_value(kind, word) for kind, word in zip(self.kinds, args, strict=False)]
        outcome = self.kinds[len(args) :]
        if results is None:
            values += [None] * len(outcome)
        else:
            values += [_value(kind, word) for kind, word in zip(outcome, results, strict=True)]
        system = self.property.system(cast(World, _Stateless(self.property)))
        return cases_of(self.property, (system, *values))

    def claim(self, args: Sequence[Int], results: Sequence[Int] | None) -> Bool:
        """What may be assumed once it is proved; see `harness.symbolic.machine.summaries.Claim`."""
        try:
            return claim(self.cases(args, results))
        except (Unsupported, TooManyPaths, HarnessError):
            return TRUE


def unit_of(each: Property) -> str:
    """The name of what proves a summary."""
    return f"summary {each.id} ({each.on})"


class _Stateless:
    """The world that a summary is given: it speaks of no state."""

    def __init__(self, each: Property) -> None:
        self._each = each

    def __getattr__(self, name: str) -> NoReturn:
        raise UsageError(
            f"{self._each.id} asks for {name!r} of the system: a summary speaks of arguments "
            "and results alone",
            where=f"{self._each.file}:{self._each.line}",
        )


def _value(kind: str, word: Int) -> Any:
    """A word of the stack as the value that a property is given."""
    if kind == "bool":
        return SymBool(compare.ne(word, const(0)))
    return SymInt(signed(word) if kind.startswith("int") else word)


def check_summaries(compiled: CompiledSystem, properties: Sequence[Property]) -> None:
    """Raise UsageError for a summary that is of no function, or not of its values."""
    summarised(compiled, properties)


def summarised(compiled: CompiledSystem, properties: Sequence[Property]) -> tuple[Summarised, ...]:
    """The summaries among some properties, each with its function.

    Raises LookupProblem for a function that is unknown or ambiguous, and UsageError where the
    values of the property are not those of the function.
    """
    return tuple(_summarised(compiled, p) for p in properties if p.kind is Kind.SUMMARY)


def _summarised(compiled: CompiledSystem, each: Property) -> Summarised:
    where = f"property {each.id!r} ({each.file}:{each.line})"
    contract, _, name = each.on.partition(".")
    if contract not in compiled.contracts:
        raise LookupProblem.unknown("contract", contract, compiled.contracts, where)
    artifact, chain = compiled.artifact(contract), compiled.contracts[contract].chain.name
    function = _function(artifact, name, where)
    _compare(each, function, where)
    kinds = tuple(kind for _, kind in (*function.parameters, *function.returns))
    internal = _internal(contract, artifact, function)
    if isinstance(internal, Internal):
        return Summarised(each, chain, internal, "", kinds)
    return Summarised(each, chain, None, f"{contract}.{function.signature} {internal}", kinds)


def _internal(contract: str, artifact: Artifact, function: _Function) -> Internal | str:
    """The function in the bytecode; the reason why there is none."""
    for name, kind in (*function.parameters, *function.returns):
        if not _WORDS.match(kind):
            what = name or "a value"
            return f"takes or gives {what} of type {kind}, which is no word of the stack"
    debug = next(
        (f for f in artifact.runtime_functions.values() if f.ast_id == function.ast_id), None
    )
    if debug is None or debug.entry_pc is None:
        return "was inlined wherever it is used, or is never used: there is no code to stand for"
    counts = len(function.parameters), len(function.returns)
    if (debug.parameter_slots, debug.return_slots) != counts:
        return "takes or leaves other items on the stack than its source says"
    name, ir = function.signature, artifact.settings.via_ir
    return Internal(contract, name, debug.entry_pc, *counts, first_on_top=ir)


def _function(artifact: Artifact, wanted: str, where: str) -> _Function:
    """The function of a name: the most derived one of those with the same types."""
    plain, bracket, types = wanted.partition("(")
    definer, _, name = plain.rpartition(".")
    known = [each for each in _functions(artifact) if not definer or each.definer == definer]
    found = [each for each in known if each.name == name]
    if bracket:
        found = [f for f in found if f.signature == f"{name}({types.replace(' ', '')}"]
    if not found:
        raise LookupProblem.unknown(
            "internal function", wanted, sorted({each.name for each in known}), where
        )
    ranks = [base.rpartition(":")[2] for base in artifact.bases]
    own = [each for each in found if each.definer in ranks]
    own.sort(key=lambda each: ranks.index(each.definer))
    first = {each.signature: each for each in reversed(own)}
    candidates = list(first.values()) if own else found
    if len(candidates) > 1:
        names = sorted(each.full_name for each in candidates)
        raise LookupProblem.ambiguous("internal function", wanted, names, where)
    return candidates[0]


def _functions(artifact: Artifact) -> Iterator[_Function]:
    """The functions that may be in the code of a contract: those of its bases, of libraries, and
    of files."""
    bases = frozenset(artifact.bases)
    for path, tree in artifact.sources.asts.items():
        for node in tree.get("nodes", ()):
            kind = node.get("nodeType")
            if kind == "FunctionDefinition":
                yield _read(node, "")
            elif kind == "ContractDefinition" and (
                f"{path}:{node['name']}" in bases or node.get("contractKind") == "library"
            ):
                for inner in node.get("nodes", ()):
                    if inner.get("nodeType") == "FunctionDefinition" and inner.get("implemented"):
                        yield _read(inner, node["name"])


def _read(node: Mapping[str, Any], definer: str) -> _Function:
    def values(of: str) -> tuple[tuple[str, str], ...]:
        return tuple((p.get("name", ""), _type(p)) for p in node[of]["parameters"])

    parameters, returns = values("parameters"), values("returnParameters")
    return _Function(node["id"], node["name"], definer, parameters, returns)


def _type(parameter: Mapping[str, Any]) -> str:
    """The type of a parameter as Solidity prints it."""
    return str(parameter["typeDescriptions"]["typeString"])


def _of_author(kind: str) -> str:
    """How an author writes the type of a value."""
    if kind == "bool":
        return "bool"
    return "Address" if kind.startswith(("address", "contract")) else "Number"


def _compare(each: Property, function: _Function, where: str) -> None:
    """Raise UsageError if the values of a property are not those of its function."""
    wanted = [
        *((name or f"arg{at}", kind) for at, (name, kind) in enumerate(function.parameters)),
        *(
            (name or ("result" if len(function.returns) == 1 else f"result{at}"), kind)
            for at, (name, kind) in enumerate(function.returns)
        ),
    ]
    written = [(name, _OF_AUTHOR[kind]) for name, kind in each.forall]
    form = ", ".join(f"{name}: {_of_author(kind)}" for name, kind in wanted)
    fix = f"write (w, {form})" if form else "write (w)"
    count = len(function.parameters), len(function.returns)
    if len(written) != len(wanted):
        raise UsageError(
            f"{function.full_name} takes {count[0]} and gives {count[1]}, together "
            f"{sum(count)} values, and the property has {len(written)}",
            where=where,
            fix=fix,
        )
    for (name, kind), (_, source) in zip(written, wanted, strict=True):
        if kind != _of_author(source):
            what = f"{name} is of type {source}, which is no {kind}"
            raise UsageError(what, where=where, fix=fix)
    results = frozenset(name for name, _ in each.forall[count[0] :])
    if each.optional not in (frozenset(), results):
        raise UsageError(
            "where the function reverts, its results are None: all of them, and nothing else",
            where=where,
            fix=f"annotate with `| None` {' and '.join(sorted(results)) or 'nothing'}, or nothing",
        )
