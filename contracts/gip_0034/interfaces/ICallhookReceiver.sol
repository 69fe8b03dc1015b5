// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title A contract of L2 that acts on the GRT it receives from L1
interface ICallhookReceiver {
    /// @notice GRT has arrived. Only the gateway; if it fails, the delivery fails as a whole.
    /// @param from Who sent it on L1.
    /// @param amount In wei of GRT.
    /// @param data What the sender has to say.
    function onTokenTransfer(address from, uint256 amount, bytes calldata data) external;
}
