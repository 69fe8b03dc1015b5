"""Terms to SMT-LIB: the one text that Z3 reads, cvc5 reads, and `--dump-smt` writes.

Words are integers. A modulus that wraps at most twice is an `ite`; otherwise its quotient is
a fresh constant, defined by the usual inequalities, so that every definition has exactly one
solution and the text is satisfiable exactly when the terms are.
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.symbolic.solve.axioms import axioms_of
from harness.symbolic.terms import interval
from harness.symbolic.terms.functions import Function
from harness.symbolic.terms.linear import bounds
from harness.symbolic.terms.node import (
    AND,
    APP,
    BVAR,
    CONST,
    DIV,
    EQ,
    GE,
    ITE,
    LE,
    LIN,
    MOD,
    MUL,
    NOT,
    OR,
    SLICE,
    TRUTH,
    VAR,
    Bool,
    Int,
    Term,
)

_MOST_WINDOWS = 3
_DEEPEST_TEXT = 12
_MOST_ORDERED = 6


def literal(value: int) -> str:
    """An integer in SMT-LIB, where negative ones are written (- n)."""
    return str(value) if value >= 0 else f"(- {-value})"


def symbol(name: str) -> str:
    """A name in SMT-LIB, quoted. Raises ValueError for what cannot be quoted."""
    if "|" in name or "\\" in name or name.startswith("$") or not name:
        raise ValueError(f"{name!r} cannot name a variable: it is empty, or has |, \\ or $ first")
    return f"|{name}|"


class Lowering:
    """The text of some conditions, with all that they need declared and defined before them.

    Args:
        guarded: each of the first conditions that are added is asserted under a guard of its own,
            so that a solver can tell which of them it used; definitions never are.
    """

    def __init__(self, *, guarded: bool = False) -> None:
        self.guards: dict[str, Bool] = {}
        self._guarded = guarded
        self.declarations: list[str] = []
        self.assertions: list[str] = []
        self.integers: dict[str, Int] = {}
        self.booleans: dict[str, Bool] = {}
        self.functions: dict[str, Function] = {}
        self.applications: dict[Int, None] = {}
        self._texts: dict[Term, str] = {}
        self._depths: dict[Term, int] = {}
        self._uses: dict[Term, int] = {}
        self._quotients: dict[tuple[Int, Int | int], str] = {}
        self._by_divisor: dict[Int, list[tuple[Int, str]]] = {}
        self._fresh = 0
        self._linear = True

    def add(self, conditions: Iterable[Bool], lemmas: Iterable[Bool] = ()) -> None:
        """Assert some conditions, and the axioms of the functions that occur in them.

        Lemmas are conditions that hold everywhere, which have no guards.
        """
        waiting, always = list(conditions), list(lemmas)
        self._count_uses([*waiting, *always])
        for condition in waiting:
            text = self._text(condition)
            self.assertions.append(self._guard(condition, text) if self._guarded else text)
        for lemma in always:
            self.assertions.append(self._text(lemma))
        done = 0
        while done < len(self.applications):
            batch = list(self.applications)[done:]
            done = len(self.applications)
            for application in batch:
                for axiom in axioms_of(application):
                    self.assertions.append(self._text(axiom))

    def text(self, comment: str = "") -> str:
        """The whole query, from the logic to (check-sat)."""
        lines = [f"; {line}" for line in comment.splitlines()]
        # A solver that is told that nothing is multiplied does not look for products.
        lines.append(f"(set-logic {'QF_UFLIA' if self._linear else 'QF_UFNIA'})")
        lines.extend(self.declarations)
        lines.extend(f"(assert {assertion})" for assertion in self.assertions)
        lines.append("(check-sat)")
        return "\n".join(lines) + "\n"

    def _guard(self, condition: Bool, text: str) -> str:
        name = f"$g{len(self.guards)}"
        self.guards[name] = condition
        self.declarations.append(f"(declare-const {name} Bool)")
        return f"(=> {name} {text})"

    def _count_uses(self, roots: list[Bool]) -> None:
        seen: set[Term] = set()
        stack: list[Term] = list(roots)
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for child in node.args:
                self._uses[child] = self._uses.get(child, 0) + 1
                stack.append(child)

    def _text(self, term: Term) -> str:
        """The text of a term: what is used twice or nested deeply has a name of its own."""
        stack = [term]
        while stack:
            node = stack[-1]
            if node in self._texts:
                stack.pop()
                continue
            waiting = [child for child in node.args if child not in self._texts]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            self._texts[node] = self._named(node, self._lower(node))
        return self._texts[term]

    def _named(self, node: Term, text: str) -> str:
        if not node.args or text[0] != "(":
            self._depths[node] = 0
            return text
        depth = 1 + max(self._depths[child] for child in node.args)
        if self._uses.get(node, 0) < 2 and depth < _DEEPEST_TEXT:
            self._depths[node] = depth
            return text
        self._depths[node] = 0
        return self._define(text, "Bool" if isinstance(node, Bool) else "Int")

    def _define(self, text: str, sort: str) -> str:
        name = self._new("t")
        self.declarations.append(f"(define-fun {name} () {sort} {text})")
        return name

    def _new(self, kind: str) -> str:
        self._fresh += 1
        return f"${kind}{self._fresh}"

    def _lower(self, node: Term) -> str:
        """The text of a node whose arguments have theirs."""
        op = node.op
        texts = [self._texts[child] for child in node.args]
        if op == CONST:
            return literal(node.data)
        if op == LIN:
            return _sum(texts, *node.data)
        if op in (LE, GE, EQ):
            sign = {LE: "<=", GE: ">=", EQ: "="}[op]
            return f"({sign} {texts[0]} {literal(node.data)})"
        if op == SLICE:
            return self._slice(node.args[0], *node.data)
        if op in (DIV, MOD):
            return self._division(node)
        if op in (VAR, BVAR):
            return self._variable(node)
        if op == TRUTH:
            return "true" if node.data else "false"
        if op == APP:
            return self._application(node, texts)
        self._linear &= op != MUL
        head = {MUL: "*", ITE: "ite", NOT: "not", AND: "and", OR: "or"}[op]
        return f"({head} {' '.join(texts)})"

    def _variable(self, node: Term) -> str:
        name = symbol(node.data)
        if isinstance(node, Int):
            self._claim(node.data, self.booleans, self.functions)
            self.integers[node.data] = node
            self.declarations.append(f"(declare-const {name} Int)")
            self._assert_range(name, bounds(node))
        elif isinstance(node, Bool):
            self._claim(node.data, self.integers, self.functions)
            self.booleans[node.data] = node
            self.declarations.append(f"(declare-const {name} Bool)")
        return name

    def _claim(self, name: str, *others: object) -> None:
        if any(name in other for other in others):  # type: ignore[operator]  # dictionaries
            raise ValueError(f"{name!r} names two different things in one query")

    def _assert_range(self, text: str, range_: interval.Bounds) -> None:
        lo, hi = range_
        if lo is not None:
            self.assertions.append(f"(<= {literal(lo)} {text})")
        if hi is not None:
            self.assertions.append(f"(<= {text} {literal(hi)})")

    def _application(self, node: Term, texts: list[str]) -> str:
        function: Function = node.data
        known = self.functions.get(function.name)
        if known is None:
            self._claim(function.name, self.integers, self.booleans)
            self.functions[function.name] = function
            sorts = " ".join(["Int"] * function.arity)
            self.declarations.append(f"(declare-fun {symbol(function.name)} ({sorts}) Int)")
        elif known != function:
            raise ValueError(f"two different functions are named {function.name!r}")
        assert isinstance(node, Int)
        self.applications[node] = None
        name = symbol(function.name)
        text = self._define(f"({name} {' '.join(texts)})", "Int") if texts else name
        self._assert_range(text, bounds(node))
        return text

    def _slice(self, base: Int, offset: int, width: int | None) -> str:
        """q(offset) - 2^width * q(offset + width), where q(p) is floor(base / 2^p)."""
        low = self._shifted(base, offset)
        if width is None:
            return low
        high = self._shifted(base, offset + width)
        text = f"(- {low} (* {1 << width} {high}))"
        if offset:
            text = self._define(text, "Int")
            self._assert_range(text, (0, (1 << width) - 1))
        return text

    def _shifted(self, base: Int, bits: int) -> str:
        """floor(base / 2^bits)."""
        if bits == 0:
            return self._texts[base]
        lo, hi = bounds(base)
        known = self._quotients.get((base, bits))
        if known is not None:
            return known
        if lo is not None and hi is not None and (hi >> bits) - (lo >> bits) < _MOST_WINDOWS:
            text = literal(hi >> bits)
            for k in range((hi >> bits) - 1, (lo >> bits) - 1, -1):
                text = (
                    f"(ite (< {self._texts[base]} {literal((k + 1) << bits)}) {literal(k)} {text})"
                )
            name = self._define(text, "Int")
        else:
            name = self._quotient(base, 1 << bits)
        self._quotients[base, bits] = name
        return name

    def _quotient(self, base: Int, divisor: int) -> str:
        """floor(base / divisor) for a constant divisor > 0: a fresh constant."""
        name = self._new("q")
        self.declarations.append(f"(declare-const {name} Int)")
        rest = f"(- {self._texts[base]} (* {divisor} {name}))"
        self._assert_range(rest, (0, divisor - 1))
        self._assert_range(name, interval.floor_divide(bounds(base), (divisor, divisor)))
        self._bound_quotient(name, base, str(divisor))
        return name

    def _order_quotients(self, name: str, a: Int, b: Int) -> None:
        """a1 <= a2 gives floor(a1 / b) <= floor(a2 / b) for b > 0, for quotients in sight."""
        known = self._by_divisor.setdefault(b, [])
        divisor = self._texts[b]
        for other, quotient in known[-_MOST_ORDERED:]:
            one, two = self._texts[a], self._texts[other]
            for less, more, q, r in ((one, two, name, quotient), (two, one, quotient, name)):
                self.assertions.append(
                    f"(=> (and (< 0 {divisor}) (<= {less} {more})) (<= {q} {r}))"
                )
        known.append((a, name))

    def _bound_quotient(self, name: str, product: Int, divisor: str) -> None:
        """For floor(f * g / d) with f, g >= 0 and d > 0: f <= d gives q <= g, f >= d gives q >= g.

        It follows from the definition; solvers do not always find it.
        """
        if product.op != MUL or len(product.args) != 2:
            return
        if any(factor.lo is None or factor.lo < 0 for factor in product.args):
            return
        f, g = (self._texts[factor] for factor in product.args)
        for one, other in ((f, g), (g, f)):
            self.assertions.append(
                f"(=> (and (< 0 {divisor}) (<= {one} {divisor})) (<= {name} {other}))"
            )

    def _division(self, node: Term) -> str:
        a, b = node.args
        key = (a, b)
        name = self._quotients.get(key)
        if b.op == CONST:
            if name is None:
                name = self._quotients[key] = self._quotient(a, b.data)
            if node.op == DIV:
                return name
            return f"(- {self._texts[a]} (* {b.data} {name}))"
        if name is None:
            name = self._quotients[key] = self._symbolic_quotient(a, b)
        if node.op == DIV:
            return name
        rest = f"(- {self._texts[a]} (* {self._texts[b]} {name}))"
        if b.lo is not None and b.lo > 0:
            return rest
        return f"(ite (= {self._texts[b]} 0) 0 {rest})"

    def _symbolic_quotient(self, a: Int, b: Int) -> str:
        """floor(a / b), and 0 for b == 0: a fresh constant with its definition."""
        self._linear = False
        name = self._new("q")
        self.declarations.append(f"(declare-const {name} Int)")
        self._assert_range(name, interval.floor_divide(bounds(a), bounds(b)))
        divisor = self._texts[b]
        rest = f"(- {self._texts[a]} (* {divisor} {name}))"
        positive = f"(and (<= 0 {rest}) (< {rest} {divisor}))"
        if b.lo is not None and b.lo > 0:
            self.assertions.append(positive)
        else:
            self.assertions.append(f"(=> (< 0 {divisor}) {positive})")
            self.assertions.append(f"(=> (= {divisor} 0) (= {name} 0))")
        if b.lo is None or b.lo < 0:
            negative = f"(and (< {divisor} {rest}) (<= {rest} 0))"
            self.assertions.append(f"(=> (< {divisor} 0) {negative})")
        if a.lo is not None and a.lo >= 0 and b.lo is not None and b.lo >= 0:
            self.assertions.append(f"(<= {name} {self._texts[a]})")
        self._bound_quotient(name, a, divisor)
        self._order_quotients(name, a, b)
        return name


def _sum(texts: list[str], factors: tuple[int, ...], constant: int) -> str:
    """A linear form."""
    parts = [
        text if factor == 1 else f"(* {literal(factor)} {text})"
        for text, factor in zip(texts, factors, strict=True)
    ]
    if constant:
        parts.append(literal(constant))
    return parts[0] if len(parts) == 1 else f"(+ {' '.join(parts)})"
