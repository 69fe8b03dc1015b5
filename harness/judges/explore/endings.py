"""The ends of what the process in Manticore's environment followed, as worlds for properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.chain.world import ConcreteWorld
from harness.compiled import CompiledSystem
from harness.judges.explore.deployed import Deployed
from harness.judges.explore.guards import Trip
from harness.judges.explore.job import Transaction
from harness.judges.explore.reads import Reads
from harness.judges.explore.translate import Translation
from harness.judges.prove.endings import Ending, Executor
from harness.judges.prove.units import Unit
from harness.symbolic.machine import (
    Block,
    Call,
    ChainState,
    Data,
    EndState,
    Log,
    Machine,
    Setting,
    Unsupported,
)
from harness.symbolic.machine.setting import NoHooks
from harness.symbolic.machine.storage import Point
from harness.symbolic.terms import Bool, Facts, Int, compare, const, int_var, linear, word_var
from harness.symbolic.world import Ledger, Moment, SymbolicWorld
from harness.symbolic.world.logs import added
from harness.symbolic.world.postal import Post
from harness.world import Place, Value

__all__ = ["Explored", "Told"]

_WEI_BITS = 248


@dataclass(frozen=True)
class Told:
    """The end of one path through some transactions, as the process told of it."""

    transactions: Sequence[Mapping[str, Any]]

    @property
    def success(self) -> bool:
        """Whether the last transaction succeeded."""
        return bool(self.transactions[-1]["success"])

    @property
    def changes(self) -> bool:
        """Whether anything is different from how it was deployed."""
        last = self.transactions[-1]
        return bool(last["storage"] or last["transfers"] or last["logs"])


class _ExploredWorld(SymbolicWorld):
    """A symbolic world whose totals over events begin where deployment left them."""

    reads: Reads
    """What is read of it."""

    def _events(self, contract: str, event: str, field: str, moment: Moment) -> Int:
        self.reads.events.add(contract)
        logged = added(
            self._compiled.abi(contract), contract, event, field, moment.logs, moment.facts
        )
        return linear.add(const(self._initial.events(contract, event, field)), logged)

    def glimpse(self, place: Place) -> Value:
        """The value now stored at a place; all that is read is in sight."""
        return self.load(place)

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        """What a view function returns."""
        self.reads.ether = True
        return super().view(contract, function, args)

    def ether(self, chain: str, address: Value) -> Value:
        """An account's balance in wei."""
        self.reads.ether = True
        return super().ether(chain, address)

    def _post(self) -> Post:
        self.reads.messages = True
        return super()._post()


class Explored(Executor):
    """Makes endings of told paths, and of what happens without code; in one term scope.

    ``deployed`` says what is known of the state in which they all begin.
    """

    def __init__(
        self,
        compiled: CompiledSystem,
        settings: Mapping[str, Setting],
        world: ConcreteWorld,
    ) -> None:
        super().__init__(compiled, settings, world.initially())
        self.world = world
        self.machines = {name: Machine(each, NoHooks()) for name, each in settings.items()}
        self.deployed = Deployed(world, self.machines)
        self._start: dict[str, ChainState] = {}
        self._reads = Reads()

    def _world(
        self,
        machines: Mapping[str, Machine],
        moments: Mapping[str, Moment],
        ledger: Ledger,
        *,
        attempted: bool = False,
    ) -> SymbolicWorld:
        world = _ExploredWorld(
            self._compiled, machines, moments, ledger, self._initial, attempted=attempted
        )
        world.reads = self._reads
        return world

    def _moments(self, facts: Facts) -> dict[str, Moment]:
        return {
            chain: Moment(self._start.get(chain, ChainState(chain)), facts, Block.symbolic(chain))
            for chain in self._settings
        }

    def clocks(self) -> tuple[Bool, ...]:
        """No chain's clock stands before where it was at deployment."""
        found = []
        for chain in self._settings:
            block = Block.symbolic(chain)
            found.append(compare.ge(block.number, const(self.world.block(chain))))
            found.append(compare.ge(block.timestamp, const(self.world.time(chain))))
        return tuple(found)

    def assumptions(self, ending: Ending) -> tuple[Bool, ...]:
        """What may be assumed of an end besides its conditions, once a property was evaluated."""
        pins = list(self.deployed.pins(ending.ledger))
        return (*self.clocks(), *pins, *ending.ledger.facts())

    def watched(self, unit: Unit) -> tuple[Ending, Reads]:
        """The end of a unit in which no contract is called, and what will be read of it; its
        ledger is to be taken in once that is done."""
        self._reads = Reads()
        ending, reads = self.without_code(unit), self._reads
        self._reads = Reads()
        return ending, reads

    def without_code(self, unit: Unit) -> Ending:
        """The end of a unit in which no contract is called."""
        self._start = {}
        (ending,) = self.run(unit).endings
        return ending

    def ending(
        self, transactions: Sequence[Transaction], told: Told, translation: Translation
    ) -> Ending:
        """The end of a path: the worlds before and after its last transaction."""
        last = transactions[-1]
        unit = last.unit
        machine = self.machines[unit.chain]
        states = [self._state(machine, unit.chain, each, translation) for each in told.transactions]
        path = tuple(translation.condition(n) for n in told.transactions[-1]["path"])
        self._start = {unit.chain: states[-2][0]} if len(states) > 1 else {}
        state, touched = states[-1]
        facts = Facts(path)
        end = EndState(
            success=told.success,
            facts=facts,
            state=state,
            output=Data(),
            reason="",
            flags=frozenset(),
            branches=(),
            obligations=(),
            loads=tuple(touched),
            fresh=(),
            ghosts={},
        )
        target = int(self._compiled.address(unit.contract))
        caller, origin = word_var("msg.sender", 160), word_var("tx.origin", 160)
        value = int_var("msg.value", 0, (1 << _WEI_BITS) - 1)
        call = Call(target, caller, value, Data(), origin, word_var("tx.gasprice", 128))
        named = tuple(last.arguments.items()) if unit.function is not None else ()
        block = Block.symbolic(unit.chain)
        return self._ending(self.machines, unit, call, named, block, end, True)

    def _state(
        self, machine: Machine, chain: str, told: Mapping[str, Any], translation: Translation
    ) -> tuple[ChainState, list[Any]]:
        """The chain after a transaction, and the words that were written."""
        facts, state = Facts(), ChainState(chain)
        touched: list[Any] = []
        for address, writes in told["storage"].items():
            account = machine.setting.accounts[int(address, 16)]
            for slot, word in writes:
                try:
                    region, keys = machine.locate(account, translation.word(slot), facts)
                except Unsupported as problem:
                    raise Trip("slot", str(problem)) from problem
                value = translation.word(word)
                state = state.with_storage(state.storage.write(region, Point(keys, value)))
                touched.append((region, keys))
        for sender, recipient, amount in told["transfers"]:
            state = state.transfer(
                translation.word(sender),
                translation.word(recipient),
                translation.word(amount),
                facts,
            )
        for address, topics, data in told["logs"]:
            account = machine.setting.accounts[int(address, 16)]
            state = state.log(
                Log(
                    account.name,
                    const(account.address),
                    tuple(map(translation.word, topics)),
                    translation.content(data),
                )
            )
        return state, touched
