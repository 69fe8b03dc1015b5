// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IMinter} from "./IMinter.sol";

/// @title The Minter of L1, which also keeps bonded LPT and the ETH of the fees
interface IL1Minter is IMinter {
    /// @notice Only the BondingManager may do this.
    /// @param caller Who tried.
    error OnlyBondingManager(address caller);

    /// @notice Pay out LPT in custody. Only the BondingManager.
    /// @param to Who gets it.
    /// @param amount In wei of LPT.
    function trustedWithdrawTokens(address to, uint256 amount) external;

    /// @notice Pay out ETH in custody. Only the BondingManager.
    /// @dev Hands control to `to`.
    /// @param to Who gets it.
    /// @param amount In wei.
    function trustedWithdrawETH(address to, uint256 amount) external;

    /// @notice Take ETH of fees into custody. Only the BondingManager.
    function depositETH() external payable;
}
