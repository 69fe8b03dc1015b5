// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title GRT, with what its minters and holders can do to the supply
interface IGraphToken is IERC20 {
    /// @notice Create tokens. Only a minter.
    /// @param to Who gets them.
    /// @param amount In wei of GRT.
    function mint(address to, uint256 amount) external;

    /// @notice Destroy tokens of the caller.
    /// @param amount In wei of GRT.
    function burn(uint256 amount) external;

    /// @notice Destroy tokens of a holder who has allowed it to the caller.
    /// @param from Whose tokens.
    /// @param amount In wei of GRT.
    function burnFrom(address from, uint256 amount) external;
}
