"""Properties: what must hold of a system, as Python functions.

    from harness import invariant
    from properties.escrow_mint import EscrowMint

    @invariant("ESCROW-MINT-001", severity="critical", source="migration pre-proposal, L1 workflow")
    def escrow_plus_minted_covers_burns(w: EscrowMint) -> bool:
        \"\"\"What was escrowed and minted on L1 covers every burn on L2.\"\"\"
        return w.escrowed.total + w.minted.total >= w.burned.total

Seven kinds, by what the function looks at:

    invariant    f(w)                     one state, any
    transition   f(before, call, after)   the states around any successful call
    rule         f(before, call, after)   the states around calls of one function, reverted or not
    bound        f(w) -> Bounded          a number and how large it may be
    refinement   f(w) -> Specification    every call does what an executable specification says
    structure    f(code) -> Claim         the source as it is written; see harness.structure
    summary      f(w, *values)            what an internal function gives for its arguments

Further parameters with the annotation ``Address`` or ``Number`` are *for all*: the property must
hold whatever their values.  A property returns whether it holds, or ``None`` where it says
nothing; one that never says anything is VACUOUS.

An invariant holds between transactions and whenever control leaves the system in the middle of one,
since whoever is called may call back.  One that is declared with ``at="rest"`` holds between
transactions only.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NewType, TypeVar

from harness.address import Address
from harness.errors import UsageError
from harness.structure import Structure
from harness.system import System
from harness.verdict import Verdict
from harness.world import Value

__all__ = [
    "Bounded",
    "Kind",
    "Number",
    "Property",
    "Severity",
    "bound",
    "invariant",
    "refinement",
    "rule",
    "structure",
    "summary",
    "transition",
]

Number = NewType("Number", int)
"""Annotation of a *for all* parameter that ranges over numbers: an id, a nonce, a round."""

Body = TypeVar("Body", bound=Callable[..., Any])


class Kind(Enum):
    """What a property looks at."""

    INVARIANT = "invariant"
    TRANSITION = "transition"
    RULE = "rule"
    BOUND = "bound"
    REFINEMENT = "refinement"
    STRUCTURE = "structure"
    SUMMARY = "summary"

    @property
    def states(self) -> tuple[str, ...]:
        """The leading parameters that a property of this kind takes."""
        if self in (Kind.TRANSITION, Kind.RULE):
            return ("before", "call", "after")
        return ("code",) if self is Kind.STRUCTURE else ("w",)


class Severity(Enum):
    """How bad it is when a property does not hold."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Bounded:
    """A measured number and the largest magnitude that it may have, in the same unit."""

    value: Value
    limit: Value

    @property
    def holds(self) -> Value:
        """Whether the magnitude of the value is within the limit."""
        return self.value <= self.limit and -self.value <= self.limit


@dataclass(frozen=True)
class Property:
    """One property; still callable like the function that it was made from.

    ``statement`` is the first paragraph of the docstring, ``source`` where the claim comes from,
    ``required`` the verdict that it must reach, ``on`` the call that a rule is about, or the
    internal function that a summary is of.
    """

    id: str
    kind: Kind
    statement: str
    severity: Severity
    source: str
    required: Verdict
    body: Callable[..., Any]
    on: str = ""
    system: type[System] = field(default=System)
    forall: tuple[tuple[str, type], ...] = ()
    at_rest: bool = False
    """Whether an invariant holds between transactions only."""
    optional: frozenset[str] = frozenset()
    """Of a summary, the values that are ``None`` where the function reverts."""
    followed: bool = False
    """Of a summary, whether calls of the function are followed all the same."""

    def __call__(self, *args: Any) -> Any:
        return self.body(*args)

    @property
    def file(self) -> str:
        """The file that the property stands in."""
        return self.body.__code__.co_filename

    @property
    def line(self) -> int:
        """The line that the property starts at."""
        return self.body.__code__.co_firstlineno

    @property
    def code(self) -> str:
        """The property's source text; what caches of verdicts are keyed by."""
        try:
            return inspect.getsource(self.body)
        except OSError:
            return repr(self.body.__code__.co_code)


def invariant(
    id: str, *, severity: str, source: str, required: Verdict = Verdict.PROVED, at: str = ""
) -> Callable[[Body], Body]:
    """Declare what must hold in every state; see the module for an example.

    ``at="rest"`` declares what holds between transactions, and not where the system calls unknown
    code in the middle of one.
    """
    if at not in ("", "rest"):
        raise UsageError(
            f"no states are named {at!r}",
            where=f"property {id!r}",
            fix='write at="rest" for what holds between transactions only, or leave it out',
        )
    return _declare(Kind.INVARIANT, id, severity, source, required, at_rest=at == "rest")


def transition(
    id: str, *, severity: str, source: str, required: Verdict = Verdict.PROVED
) -> Callable[[Body], Body]:
    """Declare what must hold between the states before and after any successful call."""
    return _declare(Kind.TRANSITION, id, severity, source, required)


def rule(
    id: str, *, on: str, severity: str, source: str, required: Verdict = Verdict.PROVED
) -> Callable[[Body], Body]:
    """Declare what calls of ``on`` (``contract.function``) must do, and when they must revert.

    The property sees reverted calls too: ``call.succeeded`` tells them apart.
    """
    if len(on.split(".")) != 2 or not all(on.split(".")):
        raise UsageError(
            f"a rule is about one function, and {on!r} names none",
            where=f"property {id!r}",
            fix='write on="contract.function"',
        )
    return _declare(Kind.RULE, id, severity, source, required, on)


def bound(
    id: str, *, severity: str, source: str, required: Verdict = Verdict.PROVED
) -> Callable[[Body], Body]:
    """Declare a number that must stay within a limit; the function returns :class:`Bounded`."""
    return _declare(Kind.BOUND, id, severity, source, required)


def refinement(
    id: str, *, severity: str, source: str, required: Verdict = Verdict.PROVED
) -> Callable[[Body], Body]:
    """Declare that the contracts do what a specification says, call by call.

    The function is given the system right after deployment and returns the specification, in the
    state that the contracts' constructors leave: see :class:`harness.specification.Specification`.
    """
    return _declare(Kind.REFINEMENT, id, severity, source, required)


def structure(
    id: str, *, severity: str, source: str, required: Verdict = Verdict.PROVED
) -> Callable[[Body], Body]:
    """Declare what must hold of the source; the function gets ``code: Structure[YourSystem]``.

    It returns a :class:`harness.structure.Claim`.  Only the judge *inspect* is asked about it.
    """
    return _declare(Kind.STRUCTURE, id, severity, source, required)


def summary(
    id: str,
    *,
    of: str,
    severity: str,
    source: str,
    required: Verdict = Verdict.PROVED,
    followed: bool = False,
) -> Callable[[Body], Body]:
    """Declare what an internal function gives for its arguments; the prover then uses it for it.

        @summary("POOL-S01", of="pool._mulDiv", severity="low", source="rounds down")
        def a_part_is_at_most_the_whole(
            w: Pool, x: Number, part: Number, whole: Number, result: Number
        ) -> bool | None:
            \"\"\"A part of a number is no more than the number.\"\"\"
            return result <= x if part <= whole else None

    The values are the arguments in the order of the source, then the results: ``Address``, ``bool``
    or ``Number``.  A result with the annotation ``Number | None`` is ``None`` where the function
    reverts, so that the property speaks of that too: one that is false there says that the function
    never reverts.

    ``of`` is ``contract.function``; where several functions have that name, one of them by its
    types or by who declares it: ``pool._part(uint256)``, ``pool.Base._part``.

    ``followed=True`` declares what is proved of the function and not used for it: the prover goes
    on following its calls, where the summary says less than other proofs need.

    The function must be one that computes: what it reads beyond its arguments, or leaves behind
    beyond its results, comes out INCOMPLETE.
    """
    contract, _, function = of.partition(".")
    if not contract or not function:
        raise UsageError(
            f"a summary is of one internal function, and {of!r} names none",
            where=f"property {id!r}",
            fix='write of="contract.function"',
        )
    return _declare(Kind.SUMMARY, id, severity, source, required, of, followed=followed)


def _declare(
    kind: Kind,
    id: str,
    severity: str,
    source: str,
    required: Verdict,
    on: str = "",
    *,
    at_rest: bool = False,
    followed: bool = False,
) -> Callable[[Body], Body]:
    where = f"property {id!r}"
    if not id.strip() or any(c.isspace() for c in id):
        raise UsageError(f"{id!r} is no id of a property", fix="use one word, such as BRIDGE-001")
    try:
        level = Severity(severity)
    except ValueError:
        known = ", ".join(s.value for s in Severity)
        raise UsageError(
            f"no severity named {severity!r}", where=where, fix=f"use one of: {known}"
        ) from None
    if not source.strip():
        raise UsageError(
            "a property needs a source", where=where, fix="say where the claim is from"
        )

    def declare(body: Body) -> Body:
        # A Property is callable with the same parameters, so the name keeps the function's type.
        made = _make(kind, id, level, source, required, on, body)
        return typing.cast(Body, replace(made, at_rest=at_rest, followed=followed))

    return declare


def _make(
    kind: Kind,
    id: str,
    severity: Severity,
    source: str,
    required: Verdict,
    on: str,
    body: Callable[..., Any],
) -> Property:
    where = f"property {id!r} ({body.__code__.co_filename}:{body.__code__.co_firstlineno})"
    statement = " ".join((inspect.getdoc(body) or "").split("\n\n")[0].split())
    if not statement:
        raise UsageError(
            "a property needs a docstring: it is its statement",
            where=where,
            fix="say in one sentence what must hold",
        )
    names = list(inspect.signature(body).parameters)
    lead = len(kind.states)
    if len(names) < lead:
        raise UsageError(
            f"{article(kind.value)} takes ({', '.join(kind.states)}), not ({', '.join(names)})",
            where=where,
        )
    hints = _hints(body, where)
    system = hints.get(names[0])
    form = "YourSystem"
    if kind is Kind.STRUCTURE:
        form = f"Structure[{form}]"
        given = typing.get_args(system) if typing.get_origin(system) is Structure else (None,)
        system = given[0]
    if not (isinstance(system, type) and issubclass(system, System)):
        raise UsageError(
            f"the first parameter, {names[0]!r}, must be annotated with a system",
            where=where,
            fix=f"write {names[0]}: {form}",
        )
    if kind is Kind.STRUCTURE and names[lead:]:
        raise UsageError(f"a structure takes (code), not ({', '.join(names)})", where=where)
    domain = _value if kind is Kind.SUMMARY else _domain
    forall = tuple((name, domain(hints.get(name), name, where)) for name in names[lead:])
    optional = frozenset(name for name in names[lead:] if _is_optional(hints.get(name)))
    return Property(
        id, kind, statement, severity, source, required, body, on, system, forall, optional=optional
    )


def _hints(body: Callable[..., Any], where: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(body)
    except NameError as missing:
        raise UsageError(
            f"an annotation cannot be understood: {missing}", where=where, fix="import that name"
        ) from None


def _domain(annotation: object, name: str, where: str) -> type:
    if annotation is Address:
        return Address
    if annotation is Number:
        return int
    raise UsageError(
        f"the parameter {name!r} is for all values of what?",
        where=where,
        fix=f"write {name}: Address or {name}: Number",
    )


def _is_optional(annotation: object) -> bool:
    return type(None) in typing.get_args(annotation)


def _value(annotation: object, name: str, where: str) -> type:
    """The type of an argument or a result of an internal function."""
    given = [each for each in typing.get_args(annotation) if each is not type(None)]
    plain = given[0] if _is_optional(annotation) and len(given) == 1 else annotation
    kinds = {Address: Address, Number: int, bool: bool}
    if plain in kinds:
        return kinds[plain]
    raise UsageError(
        f"what kind of value is the parameter {name!r}?",
        where=where,
        fix=f"write {name}: Number, {name}: Address or {name}: bool; for a result that is to be "
        f"None where the function reverts, {name}: Number | None",
    )


def article(word: str) -> str:
    """A word with its indefinite article: *an invariant*."""
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"


def unique(properties: Iterable[Property]) -> list[Property]:
    """The properties in order; an id that is used twice is an error."""
    seen: dict[str, Property] = {}
    for each in properties:
        other = seen.setdefault(each.id, each)
        if other is not each:
            raise UsageError(
                f"two properties have the id {each.id!r}",
                where=f"{other.file}:{other.line} and {each.file}:{each.line}",
                fix="give one of them another id",
            )
    return list(seen.values())
