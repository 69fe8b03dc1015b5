"""Staking as both chains do it: stake, whom it is delegated to, and locks while it is taken out.

A *delegator* bonds tokens and delegates them to somebody, perhaps to itself.  Who has stake
delegated to itself is an *orchestrator*.  Unbonded stake waits in a lock for ``unbonding_period``
rounds.  Amounts are in LPT wei; a round is ``round_length`` blocks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

from specs.model import Call, Contract, Parameter, require, step, transition, uint256


@dataclass(frozen=True)
class Delegator:
    """What the books say of an account.

    ``bonded_amount`` is its own stake and ``delegate`` whom it is delegated to (0 iff it has no
    stake).  ``delegated_amount`` is the stake of all who are delegated to this account, itself
    included.  ``next_unbonding_lock_id`` is the id of its next lock.
    """

    bonded_amount: int = 0
    delegate: int = 0
    delegated_amount: int = 0
    next_unbonding_lock_id: int = 0


@dataclass(frozen=True)
class Orchestrator:
    """Whether an account has stake delegated to itself, and the first round it is active in."""

    registered: bool = False
    activation_round: int = 0


@dataclass(frozen=True)
class UnbondingLock:
    """Stake on its way out (0: no lock), and the first round in which it can be withdrawn."""

    amount: int = 0
    withdraw_round: int = 0


NOBODY = Delegator()
NOT_REGISTERED = Orchestrator()
NO_LOCK = UnbondingLock()


@dataclass(kw_only=True)
class Delegation(Contract, ABC):
    """The books of staking.

    ``unbonding_locks`` maps (owner, lock id) to a lock.  ``total_bonded`` is the sum of all stake,
    ``total_registered_stake`` the part of it that is delegated to registered orchestrators.
    """

    round_length: Parameter[int]
    unbonding_period: Parameter[int]
    delegators: dict[int, Delegator] = field(default_factory=dict)
    orchestrators: dict[int, Orchestrator] = field(default_factory=dict)
    unbonding_locks: dict[tuple[int, int], UnbondingLock] = field(default_factory=dict)
    total_bonded: int = 0
    total_registered_stake: int = 0

    # What differs between the chains.

    @abstractmethod
    def collect(self, call: Call, owner: int, amount: int) -> None:
        """Take tokens of ``owner`` into custody."""

    @abstractmethod
    def pay(self, call: Call, to: int, amount: int) -> None:
        """Pay tokens out of custody."""

    def touch_round(self, call: Call) -> None:
        """Do what the first action in a round has to do."""

    def before_bond(self, owner: int) -> None:
        """Refuse ``owner`` if it may not add stake any more."""

    def before_delegated_change(self, call: Call, delegate: int) -> None:
        """Note what the stake delegated to ``delegate`` is before it changes."""

    # What anybody may do.

    @transition
    def bond(self, call: Call, amount: int, to: int) -> None:
        """Add to the caller's stake and delegate all of it to ``to``.

        The amount 0 changes the delegate of a stake that exists.  An orchestrator cannot delegate
        to somebody else.
        """
        self.touch_round(call)
        owner = call.sender
        before = self.delegator(owner)
        self.before_bond(owner)
        require(to != 0, "InvalidDelegate")
        if amount == 0:
            changes = before.bonded_amount != 0 and to != before.delegate
            require(changes, "InvalidZeroAmount")
        if before.bonded_amount > 0 and to != before.delegate:
            require(before.delegate != owner, "OrchestratorCannotRedelegate")
        self.add_stake(call, owner, amount, to)
        if amount > 0:
            self.collect(call, owner, amount)

    @transition
    def unbond(self, call: Call, amount: int) -> int:
        """Move some of the caller's stake into a new lock; returns the lock's id."""
        self.touch_round(call)
        owner = call.sender
        require(amount != 0, "InvalidZeroAmount")
        require(amount <= self.delegator(owner).bonded_amount, "InsufficientBond")
        self.remove_stake(call, owner, amount)
        rest = self.delegator(owner)
        lock_id = rest.next_unbonding_lock_id
        withdraw_round = uint256(self.current_round(call) + self.unbonding_period)
        self.delegators[owner] = replace(rest, next_unbonding_lock_id=uint256(lock_id + 1))
        self.unbonding_locks[owner, lock_id] = UnbondingLock(amount, withdraw_round)
        self.emit("Unbonded", lockId=lock_id, amount=amount, withdrawRound=withdraw_round)
        return lock_id

    @transition
    def rebond(self, call: Call, lock_id: int) -> None:
        """Put a lock of the caller back into its stake, which must not be empty."""
        self.touch_round(call)
        owner = call.sender
        self.before_bond(owner)
        lock = self.lock(owner, lock_id)
        require(lock.amount != 0, "NoUnbondingLock")
        before = self.delegator(owner)
        require(before.bonded_amount != 0, "NotBonded")
        self.unbonding_locks[owner, lock_id] = NO_LOCK
        self.add_stake(call, owner, lock.amount, before.delegate)
        self.emit("Rebonded", lockId=lock_id, amount=lock.amount)

    @transition
    def withdraw_stake(self, call: Call, lock_id: int) -> None:
        """Pay out a lock of the caller whose time has come."""
        owner = call.sender
        lock = self.lock(owner, lock_id)
        require(lock.amount != 0, "NoUnbondingLock")
        require(self.current_round(call) >= lock.withdraw_round, "LockNotMature")
        self.unbonding_locks[owner, lock_id] = NO_LOCK
        self.pay(call, owner, lock.amount)
        self.emit("StakeWithdrawn", lockId=lock_id, amount=lock.amount)

    # What the books say.

    def current_round(self, call: Call) -> int:
        """The round that the chain is in."""
        return call.block // self.round_length

    def delegator(self, account: int) -> Delegator:
        """What the books say of an account."""
        return self.delegators.get(account, NOBODY)

    def orchestrator(self, account: int) -> Orchestrator:
        """What the books say of an account as an orchestrator."""
        return self.orchestrators.get(account, NOT_REGISTERED)

    def lock(self, owner: int, lock_id: int) -> UnbondingLock:
        """A lock, all zero if there is none."""
        return self.unbonding_locks.get((owner, lock_id), NO_LOCK)

    # The steps that the transitions are made of.

    @step
    def add_delegated(self, call: Call, delegate: int, amount: int) -> None:
        """Count more stake as delegated to ``delegate``."""
        self.before_delegated_change(call, delegate)
        entry = self.delegator(delegate)
        more = uint256(entry.delegated_amount + amount)
        self.delegators[delegate] = replace(entry, delegated_amount=more)
        if self.orchestrator(delegate).registered:
            self.total_registered_stake = uint256(self.total_registered_stake + amount)

    @step
    def sub_delegated(self, call: Call, delegate: int, amount: int) -> None:
        """Count less stake as delegated to ``delegate``."""
        self.before_delegated_change(call, delegate)
        entry = self.delegator(delegate)
        less = uint256(entry.delegated_amount - amount)
        self.delegators[delegate] = replace(entry, delegated_amount=less)
        if self.orchestrator(delegate).registered:
            self.total_registered_stake = uint256(self.total_registered_stake - amount)

    def register(self, call: Call, account: int) -> None:
        """Make an account an orchestrator, active from the next round on."""
        activation = uint256(self.current_round(call) + 1)
        stake = self.delegator(account).delegated_amount
        self.orchestrators[account] = Orchestrator(True, activation)
        self.total_registered_stake = uint256(self.total_registered_stake + stake)
        self.emit("OrchestratorRegistered", activationRound=activation)

    def unregister(self, account: int) -> None:
        """Make an orchestrator an account like any other; what is delegated to it stays so."""
        stake = self.delegator(account).delegated_amount
        self.total_registered_stake = uint256(self.total_registered_stake - stake)
        self.orchestrators[account] = NOT_REGISTERED
        self.emit("OrchestratorUnregistered")

    def add_stake(self, call: Call, owner: int, amount: int, to: int) -> None:
        """Add to an account's stake and delegate all of it to ``to``."""
        before = self.delegator(owner)
        bonded = uint256(before.bonded_amount + amount)
        if before.bonded_amount > 0 and before.delegate != to:
            self.sub_delegated(call, before.delegate, before.bonded_amount)
            self.add_delegated(call, to, bonded)
        else:
            self.add_delegated(call, to, amount)
        # Read again: the account itself may be the delegate.
        entry = self.delegator(owner)
        self.delegators[owner] = replace(entry, delegate=to, bonded_amount=bonded)
        self.total_bonded = uint256(self.total_bonded + amount)
        if to == owner and not self.orchestrator(owner).registered:
            self.register(call, owner)
        self.emit("Bonded", amount=amount, bondedAmount=bonded)

    def remove_stake(self, call: Call, owner: int, amount: int) -> None:
        """Take from an account's stake; without any, it has no delegate."""
        before = self.delegator(owner)
        self.total_bonded = uint256(self.total_bonded - amount)
        self.sub_delegated(call, before.delegate, amount)
        rest = uint256(before.bonded_amount - amount)
        entry = replace(self.delegator(owner), bonded_amount=rest)
        self.delegators[owner] = entry
        if rest == 0:
            self.delegators[owner] = replace(entry, delegate=0)
            if before.delegate == owner:
                self.unregister(owner)
