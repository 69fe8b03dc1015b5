// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The clock of allocations
interface IEpochManager {
    /// @notice The number of the epoch now.
    function currentEpoch() external view returns (uint256);
}
