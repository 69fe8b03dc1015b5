// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What the rewards manager asks a reservoir
interface IReservoir {
    /// @notice Rewards of this chain from the beginning to a block, in wei of GRT.
    /// @param blockNumber The block; not before the last update.
    function getAccumulatedRewards(uint256 blockNumber) external view returns (uint256);

    /// @notice Pay rewards. Only the rewards manager.
    /// @param to Who gets them.
    /// @param amount In wei of GRT.
    function pullRewards(address to, uint256 amount) external;

    /// @notice Burn rewards that nobody gets. Only the rewards manager.
    /// @param amount In wei of GRT.
    function burnRewards(uint256 amount) external;
}
