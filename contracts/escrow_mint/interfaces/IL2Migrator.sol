// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What the gateway needs of the Migrator of L2
interface IL2Migrator {
    /// @notice Stake LPT that the gateway has just minted to the Migrator. Only the gateway.
    /// @param delegator Who migrated.
    /// @param orchestrator Whom it chose on L1 to delegate to.
    /// @param amount In wei of LPT.
    /// @param migrationId Id of the migration, from the Migrator of L1.
    function migrate(address delegator, address orchestrator, uint256 amount, uint256 migrationId)
        external;
}
