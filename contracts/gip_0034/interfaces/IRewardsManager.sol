// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title How rewards are settled and taken
interface IRewardsManager {
    /// @notice Settle the rewards per signal of this chain. Anyone.
    /// @return Rewards per signal so far, in wei of GRT, 1e18 fixed point.
    function updateAccRewardsPerSignal() external returns (uint256);

    /// @notice Settle what the signal of a subgraph has earned. Anyone; before the signal changes.
    /// @param subgraph Its id.
    /// @return What the subgraph has earned so far, in wei of GRT.
    function onSubgraphSignalUpdate(bytes32 subgraph) external returns (uint256);

    /// @notice Settle what the allocations of a subgraph have earned. Anyone; before they change.
    /// @param subgraph Its id.
    /// @return Rewards per allocated token so far, in wei of GRT, 1e18 fixed point.
    function onSubgraphAllocationUpdate(bytes32 subgraph) external returns (uint256);

    /// @notice Move the rewards of an active allocation from the reservoir to Staking, or burn them
    /// if the subgraph is denied. Only Staking, which closes the allocation.
    /// @param allocationId The allocation.
    /// @return rewards What arrived, in wei of GRT.
    function takeRewards(uint256 allocationId) external returns (uint256 rewards);

    /// @notice Burn the rewards of an active allocation. Only Staking, which closes the allocation.
    /// @param allocationId The allocation.
    function takeAndBurnRewards(uint256 allocationId) external;
}
