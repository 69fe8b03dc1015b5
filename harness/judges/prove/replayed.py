"""Every path that the executor came to the end of, made on py-evm: it must end there as it says.

A model of the path's conditions becomes storage, ether, clocks and call data, and unknown code that
answers as the path has it and does nothing else.  What py-evm then does must be what the terms of
the end come to: result, output, storage, ether, logs.  A difference is a fault of the executor, so
that nothing it found of the unit may count.  A path that cannot be made is counted by its reason.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.chain import Chain, Failure
from harness.chain.transaction import MAX_GAS, Transaction
from harness.chain.world import ConcreteWorld
from harness.judges.conform.comparing import end_differences
from harness.judges.conform.reading import assignment, holds, transaction
from harness.judges.conform.realising import content_of, model_of, realise, unknowns
from harness.judges.prove.endings import Answer, Ending, Fork, Run
from harness.judges.prove.report import Replays
from harness.symbolic.machine import Opaque
from harness.symbolic.machine.precompiles import PRECOMPILES
from harness.symbolic.machine.storage import initial_word
from harness.symbolic.machine.summaries import UNTOLD
from harness.symbolic.solve import Context, Counterexample, Limits, Proved, check, satisfiable
from harness.symbolic.terms import (
    Assignment,
    Bool,
    Int,
    Term,
    compare,
    const,
    evaluate,
    not_,
)
from harness.symbolic.terms.evaluate import Unassigned
from harness.symbolic.terms.functions import NotEvaluated
from harness.symbolic.terms.node import APP, CONST, VAR

__all__ = ["Replayer"]

_LIMITS = Limits(seconds=0.5, refinements=4)
_HASTY = Limits(seconds=0.06, refinements=2)
_PATIENCE = 2.0
"""Seconds of processor time that may go into models of a unit's paths that are not found."""
_IDENTITY, _BLAKE2F = 0x04, 0x09
"""Precompiled contracts: one that returns any data that it gets, one that fails on nearly any."""
_SHOWN = 400
"""Characters of a difference that are shown."""
_MOST_ERAS = 40
"""Unknowns of the state after unknown code that are tied to the state before it."""


class _Left(Exception):
    """Why a path is not replayed."""


class Replayer:
    """Makes paths on the chains of a deployed system, which it leaves as they are."""

    def __init__(self, world: ConcreteWorld) -> None:
        self._world = world

    def replay(self, unit: str, endings: Iterable[Ending]) -> Replays:
        """Make each path on py-evm, the successful ones first; ends of no call are passed over."""
        runs = [(number, each.run) for number, each in enumerate(endings, 1) if each.run]
        runs.sort(key=lambda numbered: not numbered[1].end.success)
        search = _Search()
        agreed = 0
        left: Counter[str] = Counter()
        for number, run in runs:
            try:
                difference = _Replay(run, self._world, search).difference()
            except _Left as reason:
                left[str(reason)] += 1
                continue
            if difference:
                what = f"{unit}, path {number} ({_way(run)}): {difference}"
                return Replays(len(runs), agreed, dict(left), what[:_SHOWN])
            agreed += 1
        return Replays(len(runs), agreed, dict(left))


class _Search:
    """Models of the paths of a unit; the more time went into those that were not found, the less
    is spent on each of those that are left."""

    def __init__(self) -> None:
        self._context = Context()
        self._lost = 0.0

    def model(self, path: tuple[Bool, ...], wishes: tuple[Bool, ...]) -> Assignment:
        """A model of a path that can be made.  Raises _Left if none is found."""
        started = time.process_time()
        limits = _LIMITS if self._lost < _PATIENCE else _HASTY
        answer = model_of(path, wishes, limits, self._context)
        if isinstance(answer, Counterexample):
            return answer.assignment
        if isinstance(answer, Proved):
            answer = check(satisfiable(*path), limits, context=self._context)
        self._lost += time.process_time() - started
        never = isinstance(answer, Proved)
        raise _Left("no state and no call lead to it" if never else "no model of it is found")


class _Replay:
    """One path, on its chain."""

    def __init__(self, run: Run, world: ConcreteWorld, search: _Search) -> None:
        self._run = run
        self._end = run.end
        self._machine = run.machine
        self._chain: Chain = world.chains[run.machine.setting.chain]
        self._search = search
        self._path = run.end.path
        self._answers: list[tuple[Answer, bool]] = []
        """What unknown code does, and whether it is that of a precompiled contract."""
        self._eras = {left.era: found for found, left in run.interruptions if left.era}

    def difference(self) -> str:
        """What py-evm does otherwise; empty if nothing.  Raises _Left if it cannot be told."""
        if UNTOLD in self._end.flags:
            raise _Left(UNTOLD)
        self._decide(self._run.answers)
        model = self._model()
        contents = self._contents(model)
        mark = self._chain.snapshot()
        try:
            return self._compared(model, contents)
        except (Unassigned, KeyError, ValueError, NotEvaluated):
            raise _Left("a value has no meaning on a chain") from None
        finally:
            self._chain.revert_to(mark)
            self._chain.drop(mark)

    def _decide(self, answers: tuple[Answer | Fork, ...]) -> None:
        """What unknown code answers; where paths were joined, as on one of them."""
        for each in answers:
            if isinstance(each, Answer):
                if each.call.reentered:
                    raise _Left("a contract that runs is entered again")
                self._answers.append((each, self._is_precompiled(each)))
            else:
                chosen = self._is_so(each.condition)
                self._path += (each.condition if chosen else not_(each.condition),)
                self._decide(each.then if chosen else each.otherwise)

    def _is_so(self, condition: Bool) -> bool:
        """Whether a condition holds in some state in which the path can be made; where its model
        leaves that open, one way is as good as the other."""
        try:
            return bool(evaluate(condition, self._model()))
        except (Unassigned, NotEvaluated):
            return True

    def _model(self) -> Assignment:
        found = unknowns(self._path)
        invented = set(self._end.fresh)
        if any(each in invented and not each.data.endswith(".length") for each in found):
            raise _Left("it depends on the gas that is left")
        wishes = (*self._wishes(found), *self._of_precompiled())
        return self._search.model(self._path, wishes)

    def _wishes(self, found: list[Int]) -> Iterator[Bool]:
        """What a chain of py-evm makes true of the unknowns of a path, of which a model must know.

        What unknown code leaves is what it found.
        """
        call, surroundings = self._run.call, self._chain.surroundings
        seen: set[Term] = set()
        waiting = list(found)
        while waiting:
            each = waiting.pop()
            if each in seen:
                continue
            seen.add(each)
            if each is call.origin:
                yield compare.eq(each, call.caller)
            elif each is call.gasprice:
                yield compare.eq(each, const(self._chain.clock.basefee))
            name = each.data.name if each.op == APP else each.data
            what = name.removeprefix("block.").partition("@")[0]
            if name.startswith("block.") and what in surroundings and what != "prevrandao":
                yield compare.eq(each, const(surroundings[what]))
            kept = self._kept(each, name)
            if kept is not None:
                yield kept
                if len(seen) > _MOST_ERAS * (1 + len(found)):
                    raise _Left("too much is read after unknown code")
                waiting += unknowns((kept,))

    def _is_precompiled(self, answer: Answer) -> bool:
        """Whether what answers is a precompiled contract; if that is open, as some model has it."""
        condition = compare.within(answer.call.target, min(PRECOMPILES), max(PRECOMPILES))
        known = self._end.facts.decide(condition)
        if known is None:
            known = evaluate(condition, self._model())
            self._path += (condition if known else not_(condition),)
        return known

    def _of_precompiled(self) -> Iterator[Bool]:
        """Where any precompiled contract will do, one that is sure to succeed, or to fail."""
        for answer, precompiled in self._answers:
            if precompiled:
                length = answer.call.data.length if answer.success else const(0)
                yield compare.eq(answer.returned.length, length)
                if answer.call.target.op != CONST:
                    which = _IDENTITY if answer.success else _BLAKE2F
                    yield compare.eq(answer.call.target, const(which))

    def _kept(self, each: Int, name: str) -> Bool | None:
        """That an unknown of the state after unknown code is what it was before."""
        plain, mark, era = name.partition("~")
        state = self._eras.get(mark + era)
        if state is None:
            return None
        keys, facts = each.args if each.op == APP else (), self._end.facts
        region = self._machine.regions.get(plain)
        if region is not None:
            before = state.storage.read(region, keys, facts)
            return compare.eq(initial_word(region, keys, mark + era), before)
        if plain.startswith("balance@"):
            return compare.eq(each, state.balance(keys[0], facts))
        if plain.startswith("nonce@"):
            return compare.eq(each, state.nonce(keys[0], facts))
        if plain.endswith(".transient"):
            contract = plain.rpartition(".")[0]
            return compare.eq(each, state.load_transient(contract, keys[0], facts))
        return None

    def _contents(self, model: Assignment) -> dict[str, bytes]:
        """The byte strings of the call, and those that unknown code returns."""
        found: dict[str, bytes] = {}
        known = replace(model, integers=self._variables(model))
        for source in self._run.call.data.shape:
            if isinstance(source, Opaque):
                length = evaluate(source.length, known)
                found[source.name] = content_of(model, source.name, length)
        for answer, _ in self._answers:
            name = answer.returned.name
            found[name] = content_of(model, name)
        return found

    def _compared(self, model: Assignment, contents: dict[str, bytes]) -> str:
        """Make the model, look whether the path is taken there, and compare."""
        run, chain = self._run, self._chain
        realise(model, self._machine, chain, contents)
        self._put_code(model, contents)
        integers = {
            name: value
            for name, value in self._variables(model).items()
            if not name.startswith("block.") and name not in self._machine.regions
        }
        known = assignment(chain, self._machine, integers, contents, self._eras)
        if self._answered(known, contents):
            known = assignment(chain, self._machine, integers, contents, self._eras)
        sent = transaction(run.call, known)
        if chain.balance(sent.sender) < sent.value:
            chain.set_balance(sent.sender, sent.value)
        memo: dict[Term, Any] = {}
        if not holds(self._path, known, memo):
            signed = any(flag.startswith("ecrecover") for flag in self._end.flags)
            what = "a signature that fits" if signed else "what the model takes for granted"
            raise _Left(f"{what} cannot be made")
        receipt = chain.call(replace(sent, gas=MAX_GAS))
        if receipt.error is Failure.OUT_OF_GAS:
            raise _Left("it takes more gas than there is")
        found = [state for state, _ in run.interruptions]
        differ = end_differences(self._end, self._machine, known, receipt, memo, found)
        return str(differ[0]) if differ else ""

    def _answered(self, known: Assignment, contents: dict[str, bytes]) -> bool:
        """Let precompiled contracts answer for themselves; whether there are any."""
        found = False
        for answer, precompiled in self._answers:
            if precompiled:
                who, data = evaluate(answer.call.target, known), answer.call.data.concrete(known)
                receipt = self._chain.call(Transaction(0, who, 0, data))
                if receipt.success != answer.success:
                    raise _Left("a precompiled contract answers otherwise than the path has it")
                contents[answer.returned.name] = receipt.output
                found = True
        return found

    def _variables(self, model: Assignment) -> dict[str, int]:
        """The variables of the model and of the call, those that the model leaves open too."""
        call = self._run.call
        terms = (call.caller, call.value, call.origin, call.gasprice, *call.data.terms())
        found = dict(model.integers)
        for each in unknowns(terms):
            if each.op == VAR:
                found.setdefault(each.data, each.lo if each.lo and each.lo > 0 else 0)
        found[self._run.call.gasprice.data] = self._chain.clock.basefee
        return found

    def _put_code(self, model: Assignment, contents: Mapping[str, bytes]) -> None:
        """Code for what is called on the path and not known: it gives its answer."""
        chain = self._chain
        sizes = model.functions.get(f"codesize@{chain.name}", {})
        known = {*self._machine.setting.accounts, *PRECOMPILES}
        wanted = {}
        if isinstance(sizes, Mapping):
            wanted = {who: size for (who,), size in sizes.items() if size and who not in known}
        codes = dict.fromkeys(wanted, b"")
        for answer, precompiled in self._answers:
            if not precompiled:
                who = evaluate(answer.call.target, model)
                code = _answering(answer.success, contents[answer.returned.name])
                if codes.get(who) and codes[who] != code:
                    raise _Left("unknown code is called twice and answers differently")
                codes[who] = code
        for who, code in codes.items():
            chain.set_code(who, code.ljust(wanted.get(who, 1), b"\0"))


def _answering(success: bool, content: bytes) -> bytes:
    """Code that returns a byte string, or reverts with it, and does nothing else."""
    size = len(content).to_bytes(2, "big")
    # PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN or REVERT; the content behind it
    head = b"\x61" + size + b"\x80\x60\x0a\x5f\x39\x5f" + (b"\xf3" if success else b"\xfd")
    return head + content


def _way(run: Run) -> str:
    """How a path ends, and the last line on which it decided anything."""
    ends = "succeeds" if run.end.success else "reverts"
    accounts = {each.name: each for each in run.machine.setting.accounts.values()}
    for branch in reversed(run.end.branches):
        account = accounts.get(branch.contract)
        line = account.line(branch.pc) if account is not None else ""
        if line:
            return f"{ends}, last decision at {line}"
    return ends
