// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What the Migrator needs of the BondingManager of L1
interface IBondingManager {
    /// @notice Unbond all stake of a delegator at once and pay it to the Migrator.
    /// @dev Only the Migrator. Once per delegator. Fees and unbonding locks stay as they are.
    /// @param delegator Whose stake.
    /// @return stake In wei of LPT.
    function migrateStake(address delegator) external returns (uint256 stake);
}
