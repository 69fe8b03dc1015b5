// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGraphToken} from "../interfaces/IGraphToken.sol";

/// @notice The token returned false, which GRT never does: it reverts.
error GrtTransferFailed();

/// @notice Transfer GRT of the calling contract.
/// @param token GRT.
/// @param to Who gets it.
/// @param amount In wei of GRT.
function sendGrt(address token, address to, uint256 amount) {
    if (!IGraphToken(token).transfer(to, amount)) revert GrtTransferFailed();
}

/// @notice Transfer GRT of an account that has allowed the calling contract to.
/// @param token GRT.
/// @param from Whose GRT.
/// @param to Who gets it.
/// @param amount In wei of GRT.
function pullGrt(address token, address from, address to, uint256 amount) {
    if (!IGraphToken(token).transferFrom(from, to, amount)) revert GrtTransferFailed();
}

/// @notice Allow an account to take GRT of the calling contract.
/// @param token GRT.
/// @param spender Who may take it.
/// @param amount In wei of GRT.
function approveGrt(address token, address spender, uint256 amount) {
    if (!IGraphToken(token).approve(spender, amount)) revert GrtTransferFailed();
}
