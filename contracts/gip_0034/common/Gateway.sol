// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {InvalidRecipient} from "./Errors.sol";
import {Managed} from "./Managed.sol";

/// @title Gateway: what the gateways of the two chains have in common
/// @notice Only what leaves the chain can be paused: what arrives has already been paid for on the
/// other chain.
abstract contract Gateway is Managed {
    /// @notice GRT of L1: the `token` of every call and event, on both chains.
    address public immutable l1Token;

    /// @notice The gateway on the other chain.
    address public immutable counterpart;

    /// @notice The token is not GRT of L1.
    /// @param token The address given.
    error TokenNotGRT(address token);

    /// @notice The sender may not send data for a hook.
    /// @param sender Who tried.
    error CallhookNotAllowed(address sender);

    /// @notice The message does not come from the gateway on the other chain.
    /// @param sender Whom it comes from.
    error OnlyCounterpartGateway(address sender);

    /// @param controller_ The Controller of this chain.
    /// @param l1Token_ GRT of L1.
    /// @param counterpart_ The gateway on the other chain.
    constructor(address controller_, address l1Token_, address counterpart_)
        Managed(controller_)
    {
        l1Token = nonZero(l1Token_);
        counterpart = nonZero(counterpart_);
    }

    /// @dev Revert unless a token is GRT of L1.
    function _requireGrt(address token_) internal view {
        if (token_ != l1Token) revert TokenNotGRT(token_);
    }

    /// @dev Revert for a recipient that could not be paid on the other chain, or would corrupt the
    /// accounts there: nobody, or the gateway, which would pay itself.
    function _requireRecipient(address to) internal view {
        if (to == address(0) || to == counterpart) revert InvalidRecipient(to);
    }
}
