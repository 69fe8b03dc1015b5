// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The custodian of bridged ETH and the caller of messages from L2
interface IBridge {
    /// @notice A message to L2 was enqueued.
    /// @param messageNum Its number, from 0.
    /// @param sender Who sent it on L1.
    /// @param value ETH that came with it, in wei.
    event MessageDelivered(uint256 indexed messageNum, address indexed sender, uint256 value);

    /// @notice A message from L2 is about to be executed.
    /// @param outbox The outbox that asked for it.
    /// @param to The account called.
    /// @param value ETH sent to it, in wei.
    /// @param data Calldata.
    event BridgeCallTriggered(
        address indexed outbox, address indexed to, uint256 value, bytes data
    );

    /// @notice Only the Inbox may enqueue messages.
    /// @param caller Who tried.
    error NotInbox(address caller);

    /// @notice Only the Outbox may make the Bridge call.
    /// @param caller Who tried.
    error NotOutbox(address caller);

    /// @notice Calldata for an account without code would be lost.
    /// @param account The account.
    error NotContract(address account);

    /// @notice Enqueue a message to L2 and take custody of its ETH. Only the Inbox.
    /// @param sender Who sent the message on L1.
    /// @return messageNum The number of the message.
    function enqueueDelayedMessage(address sender) external payable returns (uint256 messageNum);

    /// @notice Call an account on behalf of a message from L2. Only the Outbox.
    /// @dev A failure of the call is returned, not bubbled.
    /// @param to The account to call.
    /// @param value ETH to send, in wei.
    /// @param data Calldata.
    /// @return success Whether the call succeeded.
    /// @return returnData What it returned, or the reason of its failure.
    function executeCall(address to, uint256 value, bytes calldata data)
        external
        returns (bool success, bytes memory returnData);

    /// @notice The outbox whose message is being executed, 0 outside of an execution.
    function activeOutbox() external view returns (address);
}
