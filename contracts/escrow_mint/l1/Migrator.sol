// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {approveLpt} from "../../tokens/LptTransfer.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {InvalidDelegate} from "../common/Errors.sol";
import {IBondingManager} from "../interfaces/IBondingManager.sol";
import {IL1LPTGateway} from "../interfaces/IL1LPTGateway.sol";

/// @title Migrator of L1: moves stake to L2 in one transaction of its owner
/// @notice Holds neither LPT nor ETH between transactions.
/// @dev On L2 the stake belongs to the address that calls here. A contract must be sure that it
/// controls the same address there: this is not its alias.
contract Migrator {
    /// @notice LPT of L1.
    address public immutable token;

    /// @notice Where the stake comes from.
    address public immutable bondingManager;

    /// @notice Where the stake goes to.
    address public immutable gateway;

    /// @notice Id of the next migration.
    uint256 public nextMigrationId;

    /// @notice A delegator sent its stake to L2.
    /// @param delegator Whose stake.
    /// @param orchestrator Whom it is to be delegated to on L2.
    /// @param migrationId Id of the migration, from 0.
    /// @param amount In wei of LPT.
    /// @param sequenceNumber Number of the message: the ticket id on L2.
    event MigrateInitiated(
        address indexed delegator,
        address indexed orchestrator,
        uint256 indexed migrationId,
        uint256 amount,
        uint256 sequenceNumber
    );

    /// @param token_ LPT of L1.
    /// @param bondingManager_ The BondingManager.
    /// @param gateway_ The gateway of L1.
    constructor(address token_, address bondingManager_, address gateway_) {
        token = nonZero(token_);
        bondingManager = nonZero(bondingManager_);
        gateway = nonZero(gateway_);
    }

    /// @notice Migrate all stake of the caller; once only. The ETH sent must be exactly
    /// `maxSubmissionCost + maxGas * gasPriceBid`.
    /// @param destOrchestrator Whom to delegate to on L2; any address but zero.
    /// @param maxSubmissionCost Highest submission fee, in wei.
    /// @param maxGas Gas on L2, in gas units.
    /// @param gasPriceBid Highest gas price on L2, in wei.
    /// @return migrationId Id of the migration.
    function migrate(
        address destOrchestrator,
        uint256 maxSubmissionCost,
        uint256 maxGas,
        uint256 gasPriceBid
    ) external payable returns (uint256 migrationId) {
        if (destOrchestrator == address(0)) revert InvalidDelegate();
        migrationId = nextMigrationId++;
        uint256 stake = IBondingManager(bondingManager).migrateStake(msg.sender);
        approveLpt(token, gateway, stake);
        uint256 sequenceNumber = IL1LPTGateway(gateway).outboundMigration{value: msg.value}(
            msg.sender, destOrchestrator, stake, migrationId, maxSubmissionCost, maxGas, gasPriceBid
        );
        emit MigrateInitiated(msg.sender, destOrchestrator, migrationId, stake, sequenceNumber);
    }
}
