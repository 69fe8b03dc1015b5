// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

// Errors that more than one contract of the system uses.

/// @notice Only the governor may do this.
/// @param caller Who tried.
error OnlyGovernor(address caller);

/// @notice Only the gateway of this chain may do this.
/// @param caller Who tried.
error OnlyGateway(address caller);

/// @notice Only the Migrator of this chain may do this.
/// @param caller Who tried.
error OnlyMigrator(address caller);

/// @notice The delegator has migrated before; it can do so once only.
/// @param delegator The delegator.
error AlreadyMigrated(address delegator);

/// @notice The zero address cannot be delegated to.
error InvalidDelegate();

/// @notice An amount is zero.
error InvalidZeroAmount();

/// @notice Nothing can be sent to this address.
/// @param recipient The address.
error InvalidRecipient(address recipient);
