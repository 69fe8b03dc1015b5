// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {IController} from "../interfaces/IController.sol";

/// @title Controller: who governs a chain, and whether the system is paused there
/// @notice Pausing stops stakes, signals, drips and what leaves the chain. What arrives from the
/// other chain is never stopped.
contract Controller is IController {
    /// @notice Who sets parameters, pauses and unpauses.
    address public immutable governor;

    /// @notice Who can pause, and nothing else.
    address public immutable pauseGuardian;

    /// @notice Whether the system is paused on this chain.
    bool public paused;

    /// @notice The system was paused or unpaused.
    /// @param caller Who did it.
    /// @param paused Whether it is paused now.
    event PauseChanged(address indexed caller, bool paused);

    /// @notice The caller may not do this: the guardian can pause, the governor can also unpause.
    /// @param caller Who tried.
    error NotAllowedToPause(address caller);

    /// @param governor_ Who sets parameters, pauses and unpauses.
    /// @param pauseGuardian_ Who can pause.
    constructor(address governor_, address pauseGuardian_) {
        governor = nonZero(governor_);
        pauseGuardian = nonZero(pauseGuardian_);
    }

    /// @notice Pause or unpause. The governor; the guardian can pause only.
    /// @param value Whether the system is to be paused.
    function setPaused(bool value) external {
        bool allowed = msg.sender == governor || (value && msg.sender == pauseGuardian);
        if (!allowed) revert NotAllowedToPause(msg.sender);
        paused = value;
        emit PauseChanged(msg.sender, value);
    }
}
