// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The receiving side of a gateway
interface IGateway {
    /// @notice Complete a transfer from the other chain. Only for a message of the counterpart.
    /// @dev Never paused.
    /// @param token GRT on L1.
    /// @param from Who sent it on the other chain.
    /// @param to Who gets it here.
    /// @param amount In wei of GRT.
    /// @param data To L1: `abi.encode(exitNum)`, the number of the withdrawal. To L2: for the
    /// recipient's hook, which is not called if it is empty.
    function finalizeInboundTransfer(
        address token,
        address from,
        address to,
        uint256 amount,
        bytes calldata data
    ) external;
}
