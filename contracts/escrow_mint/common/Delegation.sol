// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {InvalidDelegate, InvalidZeroAmount} from "./Errors.sol";

/// @title Delegation: who has bonded how much LPT, and to whom it is delegated
/// @notice Every account changes its own stake only. A delegator has one delegate for all of its
/// stake. An orchestrator is a delegator whose delegate is itself. Stake leaves through an
/// unbonding lock, which can be withdrawn some rounds later.
/// @dev Shared by the BondingManager of L1 and the StakingManager of L2, which say where the LPT is
/// kept. All amounts are in wei of LPT. State is updated before any LPT moves.
abstract contract Delegation {
    /// @notice The stake of an account, and what is delegated to it.
    /// @param bondedAmount Own stake.
    /// @param delegate Whom it is delegated to; zero iff `bondedAmount` is 0.
    /// @param delegatedAmount Sum of `bondedAmount` of all whose delegate this account is.
    /// @param nextUnbondingLockId Id of the next lock; only grows.
    struct Delegator {
        uint256 bondedAmount;
        address delegate;
        uint256 delegatedAmount;
        uint256 nextUnbondingLockId;
    }

    /// @notice The status of an account as an orchestrator.
    /// @param registered Whether it has stake that is delegated to itself.
    /// @param activationRound First round in which it is active; 0 if not registered.
    struct Orchestrator {
        bool registered;
        uint256 activationRound;
    }

    /// @notice Stake on its way out.
    /// @param amount How much; 0 if there is no lock.
    /// @param withdrawRound First round in which it can be withdrawn.
    struct UnbondingLock {
        uint256 amount;
        uint256 withdrawRound;
    }

    /// @notice Length of a round, in blocks.
    uint256 public immutable roundLength;

    /// @notice Rounds from unbonding to withdrawal.
    uint256 public immutable unbondingPeriod;

    /// @notice Stake by account.
    mapping(address account => Delegator) public delegators;

    /// @notice Orchestrators by account.
    mapping(address account => Orchestrator) public orchestrators;

    /// @notice Unbonding locks by account and id.
    mapping(address account => mapping(uint256 lockId => UnbondingLock)) public unbondingLocks;

    /// @notice Sum of all `bondedAmount`.
    uint256 public totalBonded;

    /// @notice Sum of `delegatedAmount` of all registered orchestrators.
    uint256 public totalRegisteredStake;

    /// @notice Stake was added.
    /// @param delegator Whose stake.
    /// @param delegate Whom all of it is delegated to now.
    /// @param amount How much was added.
    /// @param bondedAmount All of it, afterwards.
    event Bonded(
        address indexed delegator, address indexed delegate, uint256 amount, uint256 bondedAmount
    );

    /// @notice Stake was moved to an unbonding lock.
    /// @param delegator Whose stake.
    /// @param delegate Whom it was delegated to.
    /// @param lockId Id of the lock.
    /// @param amount How much.
    /// @param withdrawRound First round in which it can be withdrawn.
    event Unbonded(
        address indexed delegator,
        address indexed delegate,
        uint256 lockId,
        uint256 amount,
        uint256 withdrawRound
    );

    /// @notice An unbonding lock became stake again.
    /// @param delegator Whose lock.
    /// @param delegate Whom the stake is delegated to.
    /// @param lockId Id of the lock.
    /// @param amount How much.
    event Rebonded(
        address indexed delegator, address indexed delegate, uint256 lockId, uint256 amount
    );

    /// @notice An unbonding lock was paid out.
    /// @param delegator Whose lock.
    /// @param lockId Id of the lock.
    /// @param amount How much.
    event StakeWithdrawn(address indexed delegator, uint256 lockId, uint256 amount);

    /// @notice An account has stake delegated to itself now.
    /// @param orchestrator The account.
    /// @param activationRound First round in which it is active.
    event OrchestratorRegistered(address indexed orchestrator, uint256 activationRound);

    /// @notice An account has no stake delegated to itself any more.
    /// @param orchestrator The account.
    event OrchestratorUnregistered(address indexed orchestrator);

    /// @notice A round must have a length.
    error ZeroRoundLength();

    /// @notice An orchestrator cannot delegate to another account; it must unbond first.
    /// @param orchestrator The orchestrator.
    error OrchestratorCannotRedelegate(address orchestrator);

    /// @notice There is less stake than asked for.
    /// @param bondedAmount The stake there is.
    /// @param amount What was asked for.
    error InsufficientBond(uint256 bondedAmount, uint256 amount);

    /// @notice The account has no stake.
    /// @param delegator The delegator.
    error NotBonded(address delegator);

    /// @notice The account has no such lock.
    /// @param delegator The delegator.
    /// @param lockId The id given.
    error NoUnbondingLock(address delegator, uint256 lockId);

    /// @notice It is too early to withdraw.
    /// @param withdrawRound First round in which it is possible.
    /// @param currentRound The round now.
    error LockNotMature(uint256 withdrawRound, uint256 currentRound);

    /// @param roundLength_ Length of a round, in blocks; not zero.
    /// @param unbondingPeriod_ Rounds from unbonding to withdrawal.
    constructor(uint256 roundLength_, uint256 unbondingPeriod_) {
        if (roundLength_ == 0) revert ZeroRoundLength();
        roundLength = roundLength_;
        unbondingPeriod = unbondingPeriod_;
    }

    /// @notice Add LPT of the caller to its stake, and delegate all of the stake to `to`.
    /// @param amount How much; 0 to change the delegate only.
    /// @param to The delegate; may be the caller, who is an orchestrator then.
    function bond(uint256 amount, address to) external {
        _touchRound();
        _beforeBond(msg.sender);
        if (to == address(0)) revert InvalidDelegate();
        Delegator storage owner = delegators[msg.sender];
        bool bonded = owner.bondedAmount > 0;
        bool sameDelegate = to == owner.delegate;
        if (amount == 0 && (!bonded || sameDelegate)) revert InvalidZeroAmount();
        if (bonded && !sameDelegate && owner.delegate == msg.sender) {
            revert OrchestratorCannotRedelegate(msg.sender);
        }

        _addStake(msg.sender, amount, to);
        if (amount > 0) _collect(msg.sender, amount);
    }

    /// @notice Move stake of the caller to a new unbonding lock.
    /// @param amount How much.
    /// @return lockId Id of the lock.
    function unbond(uint256 amount) external returns (uint256 lockId) {
        _touchRound();
        if (amount == 0) revert InvalidZeroAmount();
        Delegator storage owner = delegators[msg.sender];
        if (amount > owner.bondedAmount) revert InsufficientBond(owner.bondedAmount, amount);

        address delegate = owner.delegate;
        _removeStake(msg.sender, amount);
        lockId = owner.nextUnbondingLockId++;
        uint256 withdrawRound = currentRound() + unbondingPeriod;
        unbondingLocks[msg.sender][lockId] = UnbondingLock(amount, withdrawRound);
        emit Unbonded(msg.sender, delegate, lockId, amount, withdrawRound);
    }

    /// @notice Move an unbonding lock of the caller back to its stake.
    /// @param lockId Id of the lock.
    function rebond(uint256 lockId) external {
        _touchRound();
        _beforeBond(msg.sender);
        uint256 amount = unbondingLocks[msg.sender][lockId].amount;
        if (amount == 0) revert NoUnbondingLock(msg.sender, lockId);
        Delegator storage owner = delegators[msg.sender];
        if (owner.bondedAmount == 0) revert NotBonded(msg.sender);

        address delegate = owner.delegate;
        delete unbondingLocks[msg.sender][lockId];
        _addStake(msg.sender, amount, delegate);
        emit Rebonded(msg.sender, delegate, lockId, amount);
    }

    /// @notice Pay out an unbonding lock of the caller.
    /// @param lockId Id of the lock.
    function withdrawStake(uint256 lockId) external {
        UnbondingLock memory lock = unbondingLocks[msg.sender][lockId];
        if (lock.amount == 0) revert NoUnbondingLock(msg.sender, lockId);
        uint256 round = currentRound();
        if (round < lock.withdrawRound) revert LockNotMature(lock.withdrawRound, round);

        delete unbondingLocks[msg.sender][lockId];
        emit StakeWithdrawn(msg.sender, lockId, lock.amount);
        _pay(msg.sender, lock.amount);
    }

    /// @notice Whether an account is an orchestrator, since an earlier round.
    /// @param orchestrator The account.
    function isActiveOrchestrator(address orchestrator) public view returns (bool) {
        Orchestrator storage status = orchestrators[orchestrator];
        return status.registered && currentRound() >= status.activationRound;
    }

    /// @notice The number of the round now: `block.number / roundLength`, rounded down.
    function currentRound() public view returns (uint256) {
        return block.number / roundLength;
    }

    /// @dev Add to the stake of `owner`, and delegate all of it to `to`. Moves no LPT. Whether the
    /// change of the delegate is allowed is for the caller to check.
    function _addStake(address owner, uint256 amount, address to) internal {
        Delegator storage delegator = delegators[owner];
        address delegate = delegator.delegate;
        uint256 bondedAmount = delegator.bondedAmount;
        if (bondedAmount > 0 && delegate != to) {
            _subDelegated(delegate, bondedAmount);
            _addDelegated(to, bondedAmount + amount);
        } else {
            _addDelegated(to, amount);
        }

        delegator.delegate = to;
        delegator.bondedAmount = bondedAmount + amount;
        totalBonded += amount;
        if (to == owner && !orchestrators[owner].registered) _register(owner);
        emit Bonded(owner, to, amount, bondedAmount + amount);
    }

    /// @dev Take from the stake of `owner`, which has at least `amount`. Moves no LPT. An account
    /// without stake has no delegate and is no orchestrator.
    function _removeStake(address owner, uint256 amount) internal {
        Delegator storage delegator = delegators[owner];
        address delegate = delegator.delegate;
        uint256 bondedAmount = delegator.bondedAmount - amount;
        delegator.bondedAmount = bondedAmount;
        totalBonded -= amount;
        _subDelegated(delegate, amount);
        if (bondedAmount > 0) return;
        delegator.delegate = address(0);
        if (delegate == owner) _unregister(owner);
    }

    /// @dev Called before all else in a function that changes stakes.
    function _touchRound() internal virtual;

    /// @dev Revert if `owner` may not add to its stake.
    function _beforeBond(address owner) internal view virtual;

    /// @dev Called before `delegatedAmount` of `delegate` changes.
    function _beforeDelegatedChange(address delegate) internal virtual;

    /// @dev Take LPT of `from`, who has allowed this contract to, into custody.
    function _collect(address from, uint256 amount) internal virtual;

    /// @dev Pay LPT out of custody.
    function _pay(address to, uint256 amount) internal virtual;

    /// @dev Delegate more to an account.
    function _addDelegated(address delegate, uint256 amount) private {
        _beforeDelegatedChange(delegate);
        delegators[delegate].delegatedAmount += amount;
        if (orchestrators[delegate].registered) totalRegisteredStake += amount;
    }

    /// @dev Delegate less to an account.
    function _subDelegated(address delegate, uint256 amount) private {
        _beforeDelegatedChange(delegate);
        delegators[delegate].delegatedAmount -= amount;
        if (orchestrators[delegate].registered) totalRegisteredStake -= amount;
    }

    /// @dev Make an account an orchestrator, active from the next round on.
    function _register(address orchestrator) private {
        uint256 activationRound = currentRound() + 1;
        orchestrators[orchestrator] = Orchestrator(true, activationRound);
        totalRegisteredStake += delegators[orchestrator].delegatedAmount;
        emit OrchestratorRegistered(orchestrator, activationRound);
    }

    /// @dev Make an account no orchestrator; what others delegate to it stays delegated to it.
    function _unregister(address orchestrator) private {
        totalRegisteredStake -= delegators[orchestrator].delegatedAmount;
        delete orchestrators[orchestrator];
        emit OrchestratorUnregistered(orchestrator);
    }
}
