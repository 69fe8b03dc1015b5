// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {IBridge} from "../interfaces/IBridge.sol";

/// @title Bridge: custody of bridged ETH, and the account that executes messages from L2
/// @notice ETH comes in with messages from the Inbox and leaves with messages of the Outbox.
/// @dev The commitment to enqueued messages that a rollup needs is left out: its place is taken by
/// the environment, which reads the events of the Inbox.
contract Bridge is IBridge {
    /// @notice The only contract that may enqueue messages.
    address public immutable inbox;

    /// @notice The only contract that may make the Bridge call.
    address public immutable outbox;

    /// @notice Messages enqueued so far; the number of the next message.
    uint256 public delayedMessageCount;

    /// @inheritdoc IBridge
    address public activeOutbox;

    /// @param inbox_ The Inbox.
    /// @param outbox_ The Outbox.
    constructor(address inbox_, address outbox_) {
        inbox = nonZero(inbox_);
        outbox = nonZero(outbox_);
    }

    /// @inheritdoc IBridge
    function enqueueDelayedMessage(address sender) external payable returns (uint256 messageNum) {
        if (msg.sender != inbox) revert NotInbox(msg.sender);
        messageNum = delayedMessageCount++;
        emit MessageDelivered(messageNum, sender, msg.value);
    }

    /// @inheritdoc IBridge
    function executeCall(address to, uint256 value, bytes calldata data)
        external
        returns (bool success, bytes memory returnData)
    {
        if (msg.sender != outbox) revert NotOutbox(msg.sender);
        if (data.length > 0 && to.code.length == 0) revert NotContract(to);

        address previous = activeOutbox;
        activeOutbox = msg.sender;
        emit BridgeCallTriggered(msg.sender, to, value, data);
        // An execution may nest another: each puts back what it found.
        (success, returnData) = to.call{value: value}(data);
        activeOutbox = previous;
    }
}
