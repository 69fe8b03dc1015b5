// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What the Migrator needs of the StakingManager of L2
interface IStakingManager {
    /// @notice Stake LPT of the caller for a delegator. Only the Migrator.
    /// @dev A delegator that has stake already keeps its delegate: `orchestrator` is ignored then.
    /// @param delegator Whose stake it becomes.
    /// @param orchestrator Whom it is delegated to.
    /// @param amount In wei of LPT; the caller has allowed it.
    function stakeFor(address delegator, address orchestrator, uint256 amount) external;
}
