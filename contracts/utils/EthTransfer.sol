// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice A payment of ETH was refused, or there was not enough to make it.
/// @param to The account that was to be paid.
/// @param amount The payment, in wei.
error EthTransferFailed(address to, uint256 amount);

/// @notice Pay ETH with all the gas there is, and revert if that fails.
/// @dev Hands control to `to`: update the state first.
/// @param to The account to pay.
/// @param amount The payment, in wei.
function sendEth(address to, uint256 amount) {
    (bool success,) = to.call{value: amount}("");
    if (!success) revert EthTransferFailed(to, amount);
}
