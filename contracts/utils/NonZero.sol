// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice A constructor was given the zero address where a contract or an account is needed.
error ZeroAddress();

/// @notice Pass an address through unless it is zero; for constructor arguments.
/// @param account The address to check.
/// @return The same address.
function nonZero(address account) pure returns (address) {
    if (account == address(0)) revert ZeroAddress();
    return account;
}
