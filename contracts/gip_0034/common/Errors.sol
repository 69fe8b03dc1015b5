// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

// Errors that more than one contract of the system uses.

/// @notice Only the governor may do this.
/// @param caller Who tried.
error OnlyGovernor(address caller);

/// @notice Only the gateway of this chain may do this.
/// @param caller Who tried.
error OnlyGateway(address caller);

/// @notice Only the rewards manager of this chain may do this.
/// @param caller Who tried.
error OnlyRewardsManager(address caller);

/// @notice Only Staking of this chain may do this.
/// @param caller Who tried.
error OnlyStaking(address caller);

/// @notice The system is paused on this chain.
error SystemPaused();

/// @notice An amount is zero.
error InvalidZeroAmount();

/// @notice Nothing can be sent to this address.
/// @param recipient The address.
error InvalidRecipient(address recipient);

/// @notice A parameter is too small.
/// @param min The smallest that is allowed.
/// @param value What was given.
error ParameterTooSmall(uint256 min, uint256 value);

/// @notice A parameter is too large.
/// @param max The largest that is allowed.
/// @param value What was given.
error ParameterTooLarge(uint256 max, uint256 value);

/// @dev Revert if a parameter is above a limit.
/// @param max The largest that is allowed.
/// @param value What was given.
function requireAtMost(uint256 max, uint256 value) pure {
    if (value > max) revert ParameterTooLarge(max, value);
}

/// @dev Revert if a parameter is below a limit.
/// @param min The smallest that is allowed.
/// @param value What was given.
function requireAtLeast(uint256 min, uint256 value) pure {
    if (value < min) revert ParameterTooSmall(min, value);
}
