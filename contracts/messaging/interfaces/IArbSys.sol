// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Where messages from L2 to L1 are sent
interface IArbSys {
    /// @notice A message to L1 was sent.
    /// @param caller Who sent it: the L2 sender that the Outbox will report.
    /// @param destination The account to call on L1.
    /// @param position Number of the message, from 0; its index in the Outbox.
    /// @param value ETH that leaves L2 with it, in wei.
    /// @param data Calldata of the call on L1.
    event L2ToL1Tx(
        address indexed caller,
        address indexed destination,
        uint256 indexed position,
        uint256 value,
        bytes data
    );

    /// @notice Send a message, and the ETH that comes with the call, to L1.
    /// @param destination The account to call on L1.
    /// @param data Calldata of the call on L1.
    /// @return position Number of the message.
    function sendTxToL1(address destination, bytes calldata data)
        external
        payable
        returns (uint256 position);
}
