"""Executing a unit: the ends that it can come to, each as worlds before, in between and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from harness.address import Address
from harness.compiled import CompiledSystem
from harness.judges.prove.ends import (
    CALLS,
    Answer,
    Ending,
    Ends,
    Fork,
    Middle,
    Run,
    Uninvited,
    Watch,
)
from harness.judges.prove.units import Unit, channels_due, senders
from harness.symbolic.machine import (
    Block,
    Call,
    CallData,
    ChainState,
    Data,
    EndState,
    Literal,
    Machine,
    Opaque,
    Refusal,
    Setting,
    Writer,
    symbolic_call,
)
from harness.symbolic.machine.calldata import LONGEST
from harness.symbolic.machine.summaries import Summaries
from harness.symbolic.terms import (
    FALSE,
    TRUE,
    Bool,
    Facts,
    Int,
    bool_var,
    compare,
    const,
    imply,
    int_var,
    linear,
    or_,
    slice_bits,
    word_var,
)
from harness.symbolic.values import SymBool, SymInt, int_term
from harness.symbolic.world import (
    Attempt,
    Ledger,
    Moment,
    Post,
    SymbolicWorld,
    argument,
    kinds_of,
    permitted,
)
from harness.view import Arguments, CallView
from harness.world import World

__all__ = ["Answer", "Ending", "Ends", "Executor", "Fork", "Middle", "Run", "parameters"]

_CallData = tuple[Data, tuple[tuple[str, Any], ...], tuple[Bool, ...]]


class Executor:
    """Runs units of a deployed system; everything but the settings belongs to a term scope."""

    def __init__(
        self,
        compiled: CompiledSystem,
        settings: Mapping[str, Setting],
        initial: World,
        summaries: Summaries | None = None,
    ) -> None:
        self._compiled = compiled
        self._settings = settings
        self._initial = initial
        self._summaries = summaries

    def run(
        self,
        unit: Unit,
        *,
        reverts: bool = False,
        quiet: bool = False,
        also: frozenset[str] = frozenset(),
    ) -> Ends:
        """Every end of a unit; none if others turn out to make the call, whom the result names.

        Args:
            reverts: the reverting ends too.
            quiet: unknown code that is called does not call back; for properties of a call, which
                speak of what the call itself does.
            also: contracts that may make the call.
        """
        watch = Watch(quiet, unit.contract, also)
        machines = {
            name: Machine(setting, watch, summaries=self._summaries)
            for name, setting in self._settings.items()
        }
        if not unit.chain:
            return Ends((self._environment(machines),), (), unit)
        if unit.channel:
            return Ends((self._tried(machines, unit),), (), unit)
        caller = word_var("msg.sender", 160)
        assumed = senders(self._compiled, unit, caller, also)
        if not unit.is_call:
            return Ends((self._outside(machines, unit, caller, assumed),), (), unit)
        value = int_var("msg.value", 0, (1 << 248) - 1)
        origin = word_var("tx.origin", 160)
        signers = senders(self._compiled, Unit("", unit.chain), origin)
        target = int(self._compiled.address(unit.contract))
        machine, block = machines[unit.chain], Block.symbolic(unit.chain)
        endings: list[Ending] = []
        refusals: list[Refusal] = []
        reentered: frozenset[tuple[str, str]] = frozenset()
        written: frozenset[Writer] = frozenset()
        for data, named, more in self._call_data(unit):
            call = Call(target, caller, value, data, origin, word_var("tx.gasprice", 128))
            start = (*assumed, *signers, *more)
            try:
                found = machine.execute(call, block, None, start, keep_reverts=reverts)
            except Uninvited as found_out:
                return Ends((), (), unit, frozenset({(found_out.caller, unit.contract)}))
            refusals += found.refusals
            reentered |= found.reentered
            written |= found.written
            endings += (
                self._ending(machines, unit, call, named, block, end, quiet) for end in found.ends
            )
        return Ends(tuple(endings), tuple(refusals), unit, reentered, written)

    def _call_data(self, unit: Unit) -> Iterator[_CallData]:
        """Call data, its arguments by name, and what is assumed of it."""
        if unit.function is not None:
            made: CallData = symbolic_call(unit.function)
            yield made.data, tuple(made.arguments.items()), ()
            return
        known = self._compiled.abi(unit.contract).by_selector
        for length in range(33):
            first = word_var(f"calldata[{length}]", 8 * length) if length else const(0)
            data = Data([Literal(first, length)])
            if length == 32:
                data += Data.of_source(Opaque("calldata", int_var("calldata.length", 0, LONGEST)))
            other: list[Bool] = []
            if length >= 4:
                selector = slice_bits(first, 8 * (length - 4), 32)
                other = [compare.ne(selector, const(int.from_bytes(s, "big"))) for s in known]
            yield data, (), tuple(other)

    def _moments(self, facts: Facts) -> dict[str, Moment]:
        return {
            chain: Moment(ChainState(chain), facts, Block.symbolic(chain))
            for chain in self._settings
        }

    def _world(
        self,
        machines: Mapping[str, Machine],
        moments: Mapping[str, Moment],
        ledger: Ledger,
        *,
        attempted: bool = False,
    ) -> SymbolicWorld:
        return SymbolicWorld(
            self._compiled, machines, moments, ledger, self._initial, attempted=attempted
        )

    def _ledger(
        self,
        machines: Mapping[str, Machine],
        conditions: tuple[Bool, ...],
        caller: Int | None = None,
        attempts: tuple[Attempt, ...] = (),
    ) -> Ledger:
        if not self._compiled.system.transports:
            return Ledger()
        honest = FALSE if caller is None else self._by_environment(caller)
        return Ledger(Post(self._compiled, machines, conditions, honest, attempts))

    def _by_environment(self, caller: Int) -> Bool:
        """Whether it is the environment that makes a call."""
        known = sorted(self._compiled.environment)
        return or_(*(compare.eq(caller, const(address)) for address in known))

    def _attempts(
        self,
        unit: Unit,
        caller: Int,
        value: Int,
        named: tuple[tuple[str, Any], ...],
        accepted: bool,
    ) -> tuple[Attempt, ...]:
        """The deliveries that a call may be: one for each channel that ends on its chain."""
        return tuple(
            Attempt(
                channel.name,
                word_var(f"delivered({channel.name})"),
                bool_var(f"delivers({channel.name})"),
                accepted,
                caller,
                value,
                unit.contract,
                unit.called,
                named,
            )
            for channel in channels_due(self._compiled)
            if channel.to == unit.chain
        )

    def _ending(
        self,
        machines: Mapping[str, Machine],
        unit: Unit,
        call: Call,
        named: tuple[tuple[str, Any], ...],
        block: Block,
        end: EndState,
        quiet: bool,
    ) -> Ending:
        attempts = self._attempts(unit, call.caller, call.value, named, end.success)
        ledger = self._ledger(machines, end.path, call.caller, attempts)
        for region, keys in end.loads:
            ledger.saw(region, keys)
        moments = self._moments(end.facts)
        before = self._world(machines, moments, ledger)
        middles: list[Middle] = []
        # The era of a state tells which call to unknown code it comes after, unless undone.
        eras: dict[str, tuple[int, Moment | None]] = {"": (0, None)}

        def moment(state: ChainState) -> Moment:
            ledger.saw_storage(state.storage)
            logged, previous = eras[state.era]
            return Moment(state, end.facts, block, logged, previous=previous)

        cuts = end.ghosts.get(CALLS, ())
        for cut in cuts if not quiet else ():
            found = moment(cut.state)
            eras[cut.after.era] = (len(cut.state.logs), found)
            left = moment(cut.after)
            middles.append(
                Middle(
                    self._world(machines, {**moments, unit.chain: found}, ledger),
                    self._world(machines, {**moments, unit.chain: left}, ledger),
                )
            )
        last = moment(end.state)
        worlds = {**moments, unit.chain: last}
        completed = self._world(machines, worlds, ledger, attempted=True)
        after = completed if self._is_asked_for(unit) else self._world(machines, worlds, ledger)
        view = self._view(unit, call.caller, call.value, named, end.success)
        return Ending(
            end.success,
            (*end.path, *self._promised(before, view)),
            before,
            after,
            completed,
            view,
            tuple(middles),
            end.obligations,
            bool(cuts),
            ledger,
            call.caller,
            call.value,
            named,
            Run(machines[unit.chain], call, end),
        )

    def _view(
        self, unit: Unit, caller: Int, value: Int, named: tuple[tuple[str, Any], ...], success: bool
    ) -> CallView:
        kinds = [p.type for p in unit.function.inputs] if unit.function else []
        args = {name: argument(kind, raw) for kind, (name, raw) in zip(kinds, named, strict=True)}
        relayed: Any = False
        if self._compiled.system.transports:
            relayed = SymBool(bool_var("relayed"))
        return CallView(
            unit.chain,
            unit.contract,
            unit.called,
            SymInt(caller),
            SymInt(value),
            Arguments(f"{unit.contract}.{unit.called}", args),
            success,
            relayed,
        )

    def _outside(
        self, machines: Mapping[str, Machine], unit: Unit, caller: Int, assumed: tuple[Bool, ...]
    ) -> Ending:
        """Ether moves between accounts that are none of the system's contracts."""
        value = int_var("msg.value", 0, (1 << 248) - 1)
        attempts = self._attempts(unit, caller, value, (), True)
        ledger = self._ledger(machines, assumed, caller, attempts)
        facts = Facts(assumed)
        moments = self._moments(facts)
        kept = {a: self._wei(unit.chain, a) for a in self._settings[unit.chain].accounts}
        moved = replace(moments[unit.chain], given=kept, others="~outside")
        before = self._world(machines, moments, ledger)
        worlds = {**moments, unit.chain: moved}
        after = self._world(machines, worlds, ledger)
        completed = self._world(machines, worlds, ledger, attempted=True)
        view = self._view(unit, caller, value, (), True)
        return Ending(
            True, assumed, before, after, completed, view, (), (), False, ledger, caller, value, ()
        )

    def _is_asked_for(self, unit: Unit) -> bool:
        """Whether a declared kind of message asks for the call."""
        return any(
            (kind.contract, kind.function) == (unit.contract, unit.called)
            for channel in channels_due(self._compiled)
            for kind in kinds_of(self._compiled, channel.name)
        )

    def _tried(self, machines: Mapping[str, Machine], unit: Unit) -> Ending:
        """A message that is due is tried: what contracts do in its call is not part of this."""
        number = word_var(f"delivered({unit.channel})")
        attempt = Attempt(unit.channel, number, TRUE, unit.accepted)
        ledger = self._ledger(machines, (), None, (attempt,))
        moments = self._moments(Facts())
        before = self._world(machines, moments, ledger)
        after = self._world(machines, moments, ledger, attempted=True)
        return Ending(
            True, (), before, after, after, None, (), (), False, ledger, None, const(0), ()
        )

    def _promised(self, before: SymbolicWorld, call: CallView) -> tuple[Bool, ...]:
        """What the environment promises of the call, if it is the environment that makes it."""
        made = self._by_environment(int_term(call.sender))
        promises = [
            permitted(transport, before, call) for transport in self._compiled.system.transports
        ]
        return tuple(imply(made, promise) for promise in promises if promise is not TRUE)

    def _wei(self, chain: str, account: int) -> Int:
        return ChainState(chain).balance(const(account), Facts())

    def _environment(self, machines: Mapping[str, Machine]) -> Ending:
        """Every clock moves on, and contracts may find ether that nobody sent by a call."""
        ledger = self._ledger(machines, ())
        moments = self._moments(Facts())
        conditions: list[Bool] = []
        later: dict[str, Moment] = {}
        for chain, moment in moments.items():
            number = word_var(f"later.number@{chain}", 64)
            timestamp = word_var(f"later.timestamp@{chain}", 64)
            conditions += [
                compare.ge(number, moment.block.number),
                compare.ge(timestamp, moment.block.timestamp),
            ]
            found = {
                account: linear.add(
                    self._wei(chain, account), int_var(f"found@{chain}:{account:#x}", 0)
                )
                for account in self._settings[chain].accounts
            }
            block = replace(moment.block, number=number, timestamp=timestamp)
            later[chain] = replace(moment, block=block, given=found, others="~later")
        before = self._world(machines, moments, ledger)
        after = self._world(machines, later, ledger)
        return Ending(
            True,
            tuple(conditions),
            before,
            after,
            after,
            None,
            (),
            (),
            False,
            ledger,
            None,
            const(0),
            (),
        )


def parameters(forall: tuple[tuple[str, type], ...]) -> Iterator[tuple[str, Int]]:
    """A fresh symbol for each *for all* parameter: an address, or any word."""
    for name, kind in forall:
        yield name, word_var(f"forall.{name}", 160 if kind is Address else 256)
