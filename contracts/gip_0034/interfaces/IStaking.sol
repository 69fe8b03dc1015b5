// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What rewards need to know of staking
interface IStaking {
    /// @notice Stake that works for a subgraph.
    /// @param indexer Whose; zero if there is no such allocation.
    /// @param subgraph For which subgraph.
    /// @param tokens How much, in wei of GRT.
    /// @param createdAtEpoch When it was opened.
    /// @param closedAtEpoch When it was closed; 0 while it is active.
    /// @param accRewardsPerAllocatedToken Rewards per allocated token of the subgraph when it was
    /// opened, in wei of GRT, 1e18 fixed point.
    struct Allocation {
        address indexer;
        bytes32 subgraph;
        uint256 tokens;
        uint256 createdAtEpoch;
        uint256 closedAtEpoch;
        uint256 accRewardsPerAllocatedToken;
    }

    /// @notice An allocation, whatever became of it.
    /// @param id Its id.
    function getAllocation(uint256 id) external view returns (Allocation memory);

    /// @notice Tokens of all active allocations of a subgraph, in wei of GRT.
    /// @param subgraph Its id.
    function subgraphAllocations(bytes32 subgraph) external view returns (uint256);

    /// @notice Whether an account is an indexer with stake.
    /// @param account The account.
    function hasStake(address account) external view returns (bool);

    /// @notice Whether an account may act for an indexer.
    /// @param indexer The indexer.
    /// @param operator The account.
    function isOperator(address indexer, address operator) external view returns (bool);
}
