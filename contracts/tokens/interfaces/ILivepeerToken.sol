// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title LPT, on one chain
interface ILivepeerToken is IERC20 {
    /// @notice Only the minter may mint.
    /// @param caller Who tried.
    error OnlyMinter(address caller);

    /// @notice Only the burner may burn.
    /// @param caller Who tried.
    error OnlyBurner(address caller);

    /// @notice Create tokens. Only the minter.
    /// @param to Who gets them.
    /// @param amount In wei of LPT.
    function mint(address to, uint256 amount) external;

    /// @notice Destroy tokens of an account that has allowed the burner to. Only the burner.
    /// @param from Whose tokens.
    /// @param amount In wei of LPT; taken from the allowance of `from` for the burner.
    function burnFrom(address from, uint256 amount) external;
}
