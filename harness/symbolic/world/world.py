"""A world whose values are terms: what a property is evaluated on to be proved.

A world is a *moment* of each chain.  The chain on which a call runs has a moment before it, one
after it, and one before and after each call to unknown code; the other chains stand still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.compile import Abi, AbiFunction
from harness.compile.abi_types import AbiType
from harness.compiled import CompiledSystem
from harness.errors import ViewReverts
from harness.symbolic.explore import decide
from harness.symbolic.machine import (
    Block,
    Call,
    ChainState,
    Data,
    EndState,
    Exploration,
    Log,
    Machine,
    Unsupported,
    symbolic_call,
)
from harness.symbolic.machine.data import Order
from harness.symbolic.terms import (
    Facts,
    Function,
    Int,
    Term,
    and_,
    compare,
    const,
    int_var,
    ite,
    linear,
    signed,
    slice_bits,
)
from harness.symbolic.values import int_term
from harness.symbolic.world.initial import InitialValues
from harness.symbolic.world.ledger import Ledger
from harness.symbolic.world.logs import added
from harness.symbolic.world.messages import STATUS, UNSENT, History
from harness.symbolic.world.places import locate
from harness.symbolic.world.postal import Post
from harness.symbolic.world.turns import Turn
from harness.symbolic.world.values import argument, flag, given, number, storage_value
from harness.symbolic.world.values import number as plain
from harness.world import MessageFacts, MessageKind, MessageStatus, Place, Value, World

__all__ = ["Moment", "SymbolicWorld"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One chain at one time."""

    state: ChainState
    """Storage and balances, and all that was logged in this call so far."""

    facts: Facts
    """What the path knows; used to simplify what is read."""

    block: Block
    """The clock."""

    logged: int = 0
    """How many of the log records were there when this era began."""

    given: Mapping[int, Int] = field(default_factory=dict)
    """Wei of some accounts where the world is no consequence of a call; see `others`."""

    others: str = ""
    """If not empty, wei of all accounts that `given` does not name are those of another era."""

    previous: Moment | None = None
    """The moment before the call to unknown code that began this era."""

    @property
    def logs(self) -> tuple[Log, ...]:
        """The log records of this era."""
        return self.state.logs[self.logged :]


class SymbolicWorld:
    """The questions of :class:`harness.world.World`, answered by terms.

    Args:
        moments: one for each chain.
        ledger: the ghosts of all worlds of this end.
        attempted: whether the call is over, so that a message that it delivered is delivered.
    """

    def __init__(
        self,
        compiled: CompiledSystem,
        machines: Mapping[str, Machine],
        moments: Mapping[str, Moment],
        ledger: Ledger,
        initial: World,
        *,
        attempted: bool = False,
    ) -> None:
        self._compiled = compiled
        self._machines = machines
        self._moments = moments
        self._ledger = ledger
        self._initial = initial
        self._attempted = attempted
        self._past: History | None = None
        self._seen: dict[tuple[Any, ...], Exploration] = {}

    @property
    def compiled(self) -> CompiledSystem:
        """The system's declarations and compiled contracts."""
        return self._compiled

    def _at(self, contract: str) -> tuple[Machine, Moment]:
        chain = self._compiled.contracts[contract].chain.name
        return self._machines[chain], self._moments[chain]

    def load(self, place: Place) -> Value:
        """The value now stored at a place."""
        return self._stored(place, seen=True)

    def glimpse(self, place: Place) -> Value:
        """The same; the place does not count as one that the call has to do with."""
        return self._stored(place, seen=False)

    def _stored(self, place: Place, *, seen: bool) -> Value:
        machine, moment = self._at(place.contract)
        account = machine.setting.account(place.contract)
        spot = locate(machine, account, place, moment.facts)
        word = moment.state.storage.read(spot.region, spot.keys, moment.facts)
        if seen:
            self._ledger.saw(spot.region, spot.keys)
        bits = moment.facts.rewrite(slice_bits(word, spot.offset, spot.width))
        return storage_value(spot.kind, bits)

    def total(self, place: Place) -> Value:
        """The sum over all keys of a mapping."""
        machine, moment = self._at(place.contract)
        account = machine.setting.account(place.contract)
        spot = locate(machine, account, place, moment.facts)
        return number(self._ledger.total(spot, moment.state.storage, moment.facts))

    def events(self, contract: str, event: str, field: str) -> Value:
        """The sum of an event's field since deployment; their number for the field ``""``."""
        _, moment = self._at(contract)
        return number(self._events(contract, event, field, moment))

    def _events(self, contract: str, event: str, field: str, moment: Moment) -> Int:
        abi = self._compiled.abi(contract)
        more = added(abi, contract, event, field, moment.logs, moment.facts)
        signed_field = _is_signed(abi, event, field)
        name = f"events({contract}.{event}.{field}){moment.state.era}"
        base = int_var(name, None if signed_field else 0)
        if moment.previous is not None and not signed_field:
            # Unknown code can add events and cannot take any back.
            earlier = self._events(contract, event, field, moment.previous)
            self._ledger.note(compare.ge(base, earlier))
        return linear.add(base, more)

    def view(self, contract: str, function: str, args: Sequence[Value]) -> Value:
        """What a view function returns; forks over its paths.

        Raises ViewReverts where it reverts.
        """
        machine, moment = self._at(contract)
        declared = self._compiled.abi(contract).function(function)
        found = self._explored(machine, moment, contract, declared, tuple(args))
        known = len(moment.facts.path)
        for refusal in found.refusals:
            if decide(and_(*refusal.path[known:])):
                raise refusal.problem
        for end in found.successes:
            if decide(and_(*end.path[known:])):
                return _returned(declared, end)
        raise ViewReverts(f"the view function {contract}.{function} reverts")

    def _explored(
        self,
        machine: Machine,
        moment: Moment,
        contract: str,
        declared: AbiFunction,
        args: tuple[Value, ...],
    ) -> Exploration:
        names = [p.name or str(i) for i, p in enumerate(declared.inputs)]
        values = {name: given(value) for name, value in zip(names, args, strict=True)}
        key = (contract, declared.signature, tuple(map(_identity, values.values())))
        found = self._seen.get(key)
        if found is None:
            data = symbolic_call(declared, "view.", values).data
            zero = const(0)
            target = int(self._compiled.address(contract))
            call = Call(target, zero, zero, data, zero, zero, static=True)
            found = machine.execute(call, moment.block, moment.state, moment.facts)
            for end in found.ends:
                if _depends_on_invention(end):
                    raise Unsupported(f"the view function {contract}.{declared.name} is not exact")
                for region, keys in end.loads:
                    self._ledger.saw(region, keys)
            self._seen[key] = found
        return found

    def ether(self, chain: str, address: Value) -> Value:
        """An account's balance in wei."""
        moment = self._moments[chain]
        who = slice_bits(int_term(address), 0, 160)
        if not moment.others:
            return number(moment.facts.rewrite(moment.state.balance(who, moment.facts)))
        wei: Int = Function(f"balance@{chain}{moment.others}", 1, 0, (1 << 248) - 1)(who)
        for account, held in moment.given.items():
            wei = ite(compare.eq(who, const(account)), held, wei)
        return number(wei)

    def block(self, chain: str) -> Value:
        """The block number of a chain."""
        return number(self._moments[chain].block.number)

    def time(self, chain: str) -> Value:
        """The time of a chain in seconds."""
        return number(self._moments[chain].block.timestamp)

    def message_total(self, kind: MessageKind, status: MessageStatus | None, field: str) -> Value:
        """The sum of an argument over the messages of a kind; their number for ``""``."""
        return number(self._post().ghosts.total(self._history(), kind, status, field))

    def message(self, channel: str, number: Value) -> MessageFacts:
        """What is known of the message with a number on a channel, sent or not."""
        ghosts, history, which = self._post().ghosts, self._history(), int_term(number)

        def known(what: str) -> Int:
            return ghosts.known(history, channel, what, which)

        def has(status: MessageStatus) -> Value:
            return flag(compare.eq(known("status"), const(STATUS[status])))

        return MessageFacts(
            sent=flag(compare.ne(known("status"), const(UNSENT))),
            in_flight=has(MessageStatus.IN_FLIGHT),
            delivered=has(MessageStatus.DELIVERED),
            lost=has(MessageStatus.LOST),
            taken=flag(compare.eq(known("taken"), const(1))),
            due=plain(known("due")),
            accepted=flag(compare.eq(known("accepted"), const(1))),
            sender=plain(known("sender")),
            target=plain(known("target")),
            value=plain(known("value")),
            commitment=argument(AbiType.parse("bytes32"), known("commitment")),
        )

    def is_of_kind(self, kind: MessageKind, number: Value) -> Value:
        """Whether a message with a number was sent, and is of a kind."""
        mine = self._post().ghosts.is_of(self._history(), kind, int_term(number))
        return flag(compare.eq(mine, const(1)))

    def message_argument(self, kind: MessageKind, field: str, number: Value) -> Value:
        """An argument of the message with a number; 0 if it is none of the kind."""
        ghosts = self._post().ghosts
        return plain(ghosts.argument(self._history(), kind, field, int_term(number)))

    def _post(self) -> Post:
        if self._ledger.post is None:
            raise Unsupported("a system without transports sends no messages")
        return self._ledger.post

    def _history(self) -> History:
        """What has befallen messages on any chain."""
        if self._past is None:
            self._past = self._history_of(self._moments)
            attempts = self._post().attempts if self._attempted else ()
            turns = (*self._past.turns, *(attempt.turn for attempt in attempts))
            self._past = replace(self._past, turns=turns)
        return self._past

    def _history_of(self, moments: Mapping[str, Moment]) -> History:
        reader = self._post().ghosts.reader
        turns: list[Turn] = []
        earlier: History | None = None
        for chain, moment in moments.items():
            turns += reader.turns(chain, moment.logs, moment.facts)
            if moment.previous is not None:
                earlier = self._history_of({**moments, chain: moment.previous})
        era = "".join(moment.state.era for moment in moments.values())
        return History(era, tuple(turns), earlier)

    def initially(self) -> World:
        """The same system as it was right after deployment."""
        return InitialValues(self._initial)


def _depends_on_invention(end: EndState) -> bool:
    """Whether what a path does or returns hangs on a value that it invented, such as its gas."""
    invented, seen = set(end.fresh), set[Term]()
    left: list[Term] = [*end.path, *end.output.terms()] if invented else []
    while left:
        node = left.pop()
        if node in invented:
            return True
        if node not in seen:
            seen.add(node)
            left.extend(node.args)
    return False


def _is_signed(abi: Abi, event: str, field: str) -> bool:
    """Whether a field of an event can be negative."""
    return any(
        parameter.name == field and parameter.type.kind == "int"
        for each in abi.events
        if each.name == event
        for parameter in each.inputs
    )


def _identity(value: Any) -> Any:
    if isinstance(value, Data):
        return (value.shape, value.terms())
    if isinstance(value, tuple):
        return tuple(map(_identity, value))
    return value


def _returned(declared: AbiFunction, end: EndState) -> Any:
    """The values in what a view function returned."""
    order = Order(end.facts)
    found: list[Any] = []
    for at, kind in enumerate(declared.output_types):
        if not kind.is_word:
            raise Unsupported(f"{declared.name} returns {kind.name}, which is not decoded")
        word = end.facts.rewrite(end.output.word(const(32 * at), order))
        if kind.kind == "int":
            word = signed(word)
        elif kind.kind == "bytesN":
            word = slice_bits(word, 256 - kind.bits)
        found.append(argument(kind, word))
    return found[0] if len(found) == 1 else tuple(found)
