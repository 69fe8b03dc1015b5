"""The deployed state as facts about symbolic worlds, so that a property sees where a path began.

A symbolic world reads unknown functions of its keys. `pins` says what these functions are right
after deployment, at every key in sight; leaving one out can only make a property harder to hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.chain.world import ConcreteWorld
from harness.judges.explore.guards import Trip
from harness.symbolic.machine import Machine, Region, Unsupported
from harness.symbolic.machine.regions import field_values
from harness.symbolic.machine.state import balance_function
from harness.symbolic.terms import (
    TRUE,
    Bool,
    Facts,
    Int,
    compare,
    const,
    imply,
    ite,
    linear,
    same_key,
    value_of,
    word_of,
)
from harness.symbolic.values import SymInt, bool_term, int_term
from harness.symbolic.world import DeployedWorld, Ledger, Post, kinds_of
from harness.symbolic.world.messages import STATUS, UNSENT, Base
from harness.world import MessageKind, MessageStatus

__all__ = ["Deployed", "preimages_of"]

_STRUCT_SLOTS = 64
_HASH = 1 << 64
"""No slot below is a hash."""


def preimages_of(world: ConcreteWorld, contract: str) -> Sequence[bytes]:
    """What the slots that a contract wrote at deployment are the hashes of, inner ones first."""
    found: dict[bytes, None] = {}
    for slot in world.storage_of(contract):
        for content in reversed(list(_chain_of(world, contract, slot))):
            found[content] = None
    for variable in world.compiled.layout(contract).variables:
        found[variable.slot.to_bytes(32, "big")] = None
    return tuple(found)


def _chain_of(world: ConcreteWorld, contract: str, slot: int) -> Iterator[bytes]:
    chain = world.chains[world.compiled.contracts[contract].chain.name]
    while slot >= _HASH:
        for distance in range(_STRUCT_SLOTS):
            content = chain.preimage(slot - distance)
            if content is not None:
                break
        else:
            return
        yield content
        slot = int.from_bytes(content[-32:], "big")


@dataclass(frozen=True)
class _Entry:
    """A word that is not zero."""

    keys: tuple[Int, ...]
    word: int


class Deployed:
    """What was deployed, in terms of the machines of one term scope."""

    def __init__(self, world: ConcreteWorld, machines: Mapping[str, Machine]) -> None:
        self.world = world
        self._machines = machines
        self._symbolic = DeployedWorld(world)
        self._entries: dict[Region, list[_Entry]] = {}
        for chain, machine in machines.items():
            for account in machine.setting.accounts.values():
                for content in preimages_of(world, account.name):
                    machine.hashes.note(content)
                for slot, word in world.storage_of(account.name).items():
                    if word:
                        self._note(machine, chain, account.name, slot, word)

    def _note(self, machine: Machine, chain: str, name: str, slot: int, word: int) -> None:
        account = machine.setting.account(name)
        try:
            region, keys = machine.locate(account, const(slot), Facts())
        except Unsupported as problem:
            raise Trip("slot", f"slot {slot:#x} of {name} on {chain}: {problem}") from problem
        # What hangs below no variable is read under other names than it would be written down here.
        if not region.steps and not region.fields[0].variable:
            raise Trip("slot", f"slot {slot:#x} of {name} on {chain} has no variable")
        self._entries.setdefault(region, []).append(_Entry(keys, word))

    def pins(self, ledger: Ledger) -> Iterator[Bool]:
        """What holds of all that is in sight; to be asked when a property was evaluated."""
        for region, keys in ledger.keys_in_sight():
            if isinstance(region, Region):
                yield from self._of_word(region, keys)
        for total in ledger.sums():
            found: Int = const(0)
            for entry in self._entries.get(total.region, ()):
                part = entry.word >> total.offset & ((1 << total.width) - 1)
                found = linear.add(found, ite(total.covers(entry.keys), const(part), const(0)))
            yield compare.eq(total.start, found)
        for chain, machine in self._machines.items():
            wei = balance_function(chain)
            for address in machine.setting.accounts:
                held = self.world.ether(chain, address)
                yield compare.eq(wei(const(address)), const(held))

        if ledger.post is not None:
            yield from self._of_messages(ledger.post)

    def _of_messages(self, post: Post) -> Iterator[Bool]:
        """What became of the messages that deployment sent; all others are unsent."""
        ghosts = post.ghosts
        for (channel, era), base in list(ghosts.bases.items()):
            self._check_due(channel)
            declared = kinds_of(self.world.compiled, channel)
            kinds = dict.fromkeys(k for kind in declared for k in (kind, kind.whole))
            for number in [n for name, n in post.numbers() if name == channel]:
                known = self._symbolic.message(channel, SymInt(number))
                status: Int = const(UNSENT)
                for fate, flag in (
                    (MessageStatus.IN_FLIGHT, known.in_flight),
                    (MessageStatus.DELIVERED, known.delivered),
                    (MessageStatus.LOST, known.lost),
                ):
                    status = ite(bool_term(flag), const(STATUS[fate]), status)
                yield compare.eq(base.of("status", number), status)
                for what in ("taken", "accepted"):
                    flag = bool_term(getattr(known, what))
                    yield compare.eq(base.of(what, number), word_of(flag))
                for what in ("due", "sender", "target", "value"):
                    told = int_term(getattr(known, what))
                    yield compare.eq(base.of(what, number), told)
                for kind in kinds:
                    mine = bool_term(self._symbolic.is_of_kind(kind, SymInt(number)))
                    yield compare.eq(base.is_of(kind, number), word_of(mine))
                    yield from self._of_fields(post, base, kind, number)
            for asked in ghosts.totals.get((channel, era), ()):
                total = self.world.message_total(*asked)
                yield compare.eq(base.total(*asked), const(total))

    def _of_fields(self, post: Post, base: Base, kind: MessageKind, number: Int) -> Iterator[Bool]:
        """What the messages of a kind say."""
        kinds = post.ghosts.kinds
        for field in kinds.fields(kind):
            told = int_term(self._symbolic.message_argument(kind, field, SymInt(number)))
            known = base.argument(kind, field, kinds.largest(kind, field), number)
            sent = compare.eq(base.is_of(kind, number), const(1))
            yield imply(sent, compare.eq(known, told))

    def _check_due(self, channel: str) -> None:
        """That no message is due is among what every verdict takes for granted."""
        for each in self.world.messages(channel):
            if self.world.message(channel, each.number).due:
                raise Trip("messages", f"message {each.number} of {channel} is due")

    def _of_word(self, region: Region, keys: tuple[Int, ...]) -> Iterator[Bool]:
        for one, value in zip(region.fields, field_values(region, keys, ""), strict=True):
            found: Int = const(one.of_word(0))
            for entry in self._entries.get(region, ()):
                here = same_key(keys, entry.keys)
                found = ite(here, const(one.of_word(entry.word)), found)
            fact = compare.eq(value, found)
            if fact is not TRUE and value_of(value) is None:
                yield fact
