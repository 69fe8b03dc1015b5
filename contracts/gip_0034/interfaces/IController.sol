// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What other contracts ask the Controller
interface IController {
    /// @notice Who sets parameters.
    function governor() external view returns (address);

    /// @notice Whether the system is paused on this chain.
    function paused() external view returns (bool);
}
