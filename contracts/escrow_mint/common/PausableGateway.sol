// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {InvalidRecipient, InvalidZeroAmount, OnlyGovernor} from "./Errors.sol";

/// @title PausableGateway: what the gateways of the two chains have in common
/// @notice A gateway is paused at deployment. Only what leaves the chain can be paused: what
/// arrives has already been paid for on the other chain.
abstract contract PausableGateway is Pausable {
    /// @notice LPT on L1: the `token` of every call and event, on both chains.
    address public immutable l1Token;

    /// @notice The gateway on the other chain.
    address public immutable counterpart;

    /// @notice Who can pause and unpause, and nothing else.
    address public immutable governor;

    /// @notice The token is not LPT of L1.
    /// @param token The address given.
    error TokenNotLPT(address token);

    /// @notice The gateway calls no hooks on the other chain.
    error CallHookDataNotAllowed();

    /// @notice The message does not come from the gateway on the other chain.
    /// @param sender Whom it comes from.
    error OnlyCounterpartGateway(address sender);

    modifier onlyGovernor() {
        if (msg.sender != governor) revert OnlyGovernor(msg.sender);
        _;
    }

    /// @param l1Token_ LPT on L1.
    /// @param counterpart_ The gateway on the other chain.
    /// @param governor_ Who can pause and unpause.
    constructor(address l1Token_, address counterpart_, address governor_) {
        l1Token = nonZero(l1Token_);
        counterpart = nonZero(counterpart_);
        governor = nonZero(governor_);
        _pause();
    }

    /// @notice Stop transfers to the other chain. Only the governor.
    function pause() external onlyGovernor {
        _pause();
    }

    /// @notice Resume transfers to the other chain. Only the governor.
    function unpause() external onlyGovernor {
        _unpause();
    }

    /// @dev Revert unless a token is LPT of L1.
    function _requireLpt(address token_) internal view {
        if (token_ != l1Token) revert TokenNotLPT(token_);
    }

    /// @dev Revert for a transfer that could not be completed on the other chain, or would corrupt
    /// the accounts there: to nobody, or to the gateway, which would pay itself.
    function _requireTransferable(address to, uint256 amount) internal view {
        if (to == address(0) || to == counterpart) revert InvalidRecipient(to);
        if (amount == 0) revert InvalidZeroAmount();
    }
}
