// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The only minter of LPT of a chain, which passes its authority on
interface IMinter {
    /// @notice Mint LPT. Only those to whom the authority was passed on.
    /// @param to Who gets it.
    /// @param amount In wei of LPT.
    function mint(address to, uint256 amount) external;
}
