// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {ILivepeerToken} from "./interfaces/ILivepeerToken.sol";

/// @notice The token returned false, which LPT never does: it reverts.
error LptTransferFailed();

/// @notice Transfer LPT of the calling contract.
/// @param token LPT.
/// @param to Who gets it.
/// @param amount In wei of LPT.
function sendLpt(address token, address to, uint256 amount) {
    if (!ILivepeerToken(token).transfer(to, amount)) revert LptTransferFailed();
}

/// @notice Transfer LPT of an account that has allowed the calling contract to.
/// @param token LPT.
/// @param from Whose LPT.
/// @param to Who gets it.
/// @param amount In wei of LPT.
function pullLpt(address token, address from, address to, uint256 amount) {
    if (!ILivepeerToken(token).transferFrom(from, to, amount)) revert LptTransferFailed();
}

/// @notice Allow an account to take LPT of the calling contract.
/// @param token LPT.
/// @param spender Who may take it.
/// @param amount In wei of LPT.
function approveLpt(address token, address spender, uint256 amount) {
    if (!ILivepeerToken(token).approve(spender, amount)) revert LptTransferFailed();
}
