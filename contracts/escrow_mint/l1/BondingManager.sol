// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {pullLpt} from "../../tokens/LptTransfer.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {Delegation} from "../common/Delegation.sol";
import {
    AlreadyMigrated,
    InvalidRecipient,
    InvalidZeroAmount,
    OnlyMigrator
} from "../common/Errors.sol";
import {IBondingManager} from "../interfaces/IBondingManager.sol";
import {IL1Minter} from "../interfaces/IL1Minter.sol";

/// @title BondingManager: stake and fees on L1
/// @notice LPT can be bonded and unbonded here until it migrates to L2, which every delegator does
/// at most once. There are no rewards on L1. LPT and ETH are kept by the Minter.
contract BondingManager is Delegation, IBondingManager {
    /// @notice LPT of L1.
    address public immutable token;

    /// @notice Keeps the bonded LPT and the ETH of the fees.
    address public immutable minter;

    /// @notice The only one that can migrate stake.
    address public immutable migrator;

    /// @notice The only source of fees.
    address public immutable ticketBroker;

    /// @notice ETH fees that an account can withdraw, in wei.
    mapping(address account => uint256 amount) public fees;

    /// @notice Whether a delegator has migrated. Once true it stays so, and the delegator has no
    /// stake on L1 ever again.
    mapping(address delegator => bool) public migrated;

    /// @notice Fees were credited.
    /// @param delegator To whom.
    /// @param amount In wei.
    event FeesCredited(address indexed delegator, uint256 amount);

    /// @notice Fees were withdrawn.
    /// @param delegator Whose fees.
    /// @param recipient Who was paid.
    /// @param amount In wei.
    event FeesWithdrawn(address indexed delegator, address indexed recipient, uint256 amount);

    /// @notice All stake of a delegator left for L2.
    /// @param delegator Whose stake.
    /// @param delegate Whom it was delegated to.
    /// @param amount In wei of LPT.
    event StakeMigrated(address indexed delegator, address indexed delegate, uint256 amount);

    /// @notice Only the ticket broker may do this.
    /// @param caller Who tried.
    error OnlyTicketBroker(address caller);

    /// @notice Fees cannot be credited to the zero address.
    error InvalidDelegator();

    /// @notice There are less fees than asked for.
    /// @param available In wei.
    /// @param amount In wei.
    error InsufficientFees(uint256 available, uint256 amount);

    /// @param token_ LPT of L1.
    /// @param minter_ The Minter of L1.
    /// @param migrator_ The Migrator of L1.
    /// @param ticketBroker_ The source of fees.
    /// @param roundLength_ Length of a round, in blocks.
    /// @param unbondingPeriod_ Rounds from unbonding to withdrawal.
    constructor(
        address token_,
        address minter_,
        address migrator_,
        address ticketBroker_,
        uint256 roundLength_,
        uint256 unbondingPeriod_
    ) Delegation(roundLength_, unbondingPeriod_) {
        token = nonZero(token_);
        minter = nonZero(minter_);
        migrator = nonZero(migrator_);
        ticketBroker = nonZero(ticketBroker_);
    }

    /// @notice Credit the ETH sent to a delegator, as fees. Only the ticket broker.
    /// @param delegator Who can withdraw it.
    function creditFees(address delegator) external payable {
        if (msg.sender != ticketBroker) revert OnlyTicketBroker(msg.sender);
        if (delegator == address(0)) revert InvalidDelegator();
        if (msg.value == 0) revert InvalidZeroAmount();
        fees[delegator] += msg.value;
        emit FeesCredited(delegator, msg.value);
        IL1Minter(minter).depositETH{value: msg.value}();
    }

    /// @notice Withdraw fees of the caller, who may have migrated.
    /// @param recipient Who is paid; gets control.
    /// @param amount In wei.
    function withdrawFees(address recipient, uint256 amount) external {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        if (amount == 0) revert InvalidZeroAmount();
        uint256 available = fees[msg.sender];
        if (amount > available) revert InsufficientFees(available, amount);
        fees[msg.sender] = available - amount;
        emit FeesWithdrawn(msg.sender, recipient, amount);
        IL1Minter(minter).trustedWithdrawETH(recipient, amount);
    }

    /// @inheritdoc IBondingManager
    function migrateStake(address delegator) external returns (uint256 stake) {
        if (msg.sender != migrator) revert OnlyMigrator(msg.sender);
        if (migrated[delegator]) revert AlreadyMigrated(delegator);
        stake = delegators[delegator].bondedAmount;
        if (stake == 0) revert NotBonded(delegator);

        address delegate = delegators[delegator].delegate;
        migrated[delegator] = true;
        _removeStake(delegator, stake);
        emit StakeMigrated(delegator, delegate, stake);
        IL1Minter(minter).trustedWithdrawTokens(migrator, stake);
    }

    /// @inheritdoc Delegation
    function _collect(address from, uint256 amount) internal override {
        pullLpt(token, from, minter, amount);
    }

    /// @inheritdoc Delegation
    function _pay(address to, uint256 amount) internal override {
        IL1Minter(minter).trustedWithdrawTokens(to, amount);
    }

    /// @dev Stake of a migrated delegator could never follow it to L2.
    function _beforeBond(address owner) internal view override {
        if (migrated[owner]) revert AlreadyMigrated(owner);
    }

    /// @dev Nothing happens at the start of a round on L1.
    function _touchRound() internal override {}

    /// @dev There are no rewards on L1 that depend on it.
    function _beforeDelegatedChange(address) internal override {}
}
