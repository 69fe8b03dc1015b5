// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {IController} from "../interfaces/IController.sol";
import {OnlyGovernor, SystemPaused} from "./Errors.sol";

/// @title Managed: a contract that obeys the Controller of its chain
abstract contract Managed {
    /// @notice The Controller: who governs, and whether the system is paused.
    address public immutable controller;

    modifier onlyGovernor() {
        if (msg.sender != IController(controller).governor()) revert OnlyGovernor(msg.sender);
        _;
    }

    modifier notPaused() {
        if (IController(controller).paused()) revert SystemPaused();
        _;
    }

    /// @param controller_ The Controller of this chain.
    constructor(address controller_) {
        controller = nonZero(controller_);
    }
}
