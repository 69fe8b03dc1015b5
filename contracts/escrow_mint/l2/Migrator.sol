// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {approveLpt} from "../../tokens/LptTransfer.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {AlreadyMigrated, OnlyGateway} from "../common/Errors.sol";
import {IL2Migrator} from "../interfaces/IL2Migrator.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";

/// @title Migrator of L2: stakes what arrives from the Migrator of L1
/// @notice Holds no LPT between transactions.
contract Migrator is IL2Migrator {
    /// @notice LPT of L2.
    address public immutable token;

    /// @notice The only one that delivers migrations.
    address public immutable gateway;

    /// @notice Where the LPT is staked.
    address public immutable stakingManager;

    /// @notice Whether the migration of a delegator has arrived; there is at most one.
    mapping(address delegator => bool) public migrated;

    /// @notice Stake arrived from L1.
    /// @param delegator Whose stake.
    /// @param orchestrator Whom it chose on L1; see StakingManager.stakeFor for who got it.
    /// @param migrationId Id of the migration, from the Migrator of L1.
    /// @param amount In wei of LPT.
    event MigrateFinalized(
        address indexed delegator,
        address indexed orchestrator,
        uint256 indexed migrationId,
        uint256 amount
    );

    /// @param token_ LPT of L2.
    /// @param gateway_ The gateway of L2.
    /// @param stakingManager_ The StakingManager.
    constructor(address token_, address gateway_, address stakingManager_) {
        token = nonZero(token_);
        gateway = nonZero(gateway_);
        stakingManager = nonZero(stakingManager_);
    }

    /// @inheritdoc IL2Migrator
    function migrate(address delegator, address orchestrator, uint256 amount, uint256 migrationId)
        external
    {
        if (msg.sender != gateway) revert OnlyGateway(msg.sender);
        if (migrated[delegator]) revert AlreadyMigrated(delegator);
        migrated[delegator] = true;
        approveLpt(token, stakingManager, amount);
        IStakingManager(stakingManager).stakeFor(delegator, orchestrator, amount);
        emit MigrateFinalized(delegator, orchestrator, migrationId, amount);
    }
}
