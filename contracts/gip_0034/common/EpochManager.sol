// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IEpochManager} from "../interfaces/IEpochManager.sol";

/// @title EpochManager: the clock of allocations
/// @notice Each chain counts its own epochs, by the block number that its contracts see.
contract EpochManager is IEpochManager {
    /// @notice Length of an epoch, in blocks.
    uint256 public immutable epochLength;

    /// @notice An epoch must have a length.
    error ZeroEpochLength();

    /// @param epochLength_ Length of an epoch, in blocks; not zero.
    constructor(uint256 epochLength_) {
        if (epochLength_ == 0) revert ZeroEpochLength();
        epochLength = epochLength_;
    }

    /// @inheritdoc IEpochManager
    function currentEpoch() external view returns (uint256) {
        return block.number / epochLength;
    }
}
