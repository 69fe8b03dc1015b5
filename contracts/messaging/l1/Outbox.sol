// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {IBridge} from "../interfaces/IBridge.sol";
import {IOutbox} from "../interfaces/IOutbox.sol";

/// @title Outbox: messages from L2, executed on L1 at most once each
/// @notice A message becomes executable when the rollup confirms it, after the challenge period,
/// and stays so until it is executed successfully.
contract Outbox is IOutbox {
    /// @notice The Bridge, which makes the calls.
    address public immutable bridge;

    /// @notice The only account that may confirm messages.
    address public immutable rollup;

    /// @notice Commitment to the confirmed message at a position of ArbSys; 0 if there is none.
    mapping(uint256 index => bytes32 itemHash) public itemHashes;

    /// @inheritdoc IOutbox
    mapping(uint256 index => bool spent) public isSpent;

    /// @inheritdoc IOutbox
    address public l2ToL1Sender;

    /// @param bridge_ The Bridge.
    /// @param rollup_ The account that confirms messages.
    constructor(address bridge_, address rollup_) {
        bridge = nonZero(bridge_);
        rollup = nonZero(rollup_);
    }

    /// @inheritdoc IOutbox
    function confirm(uint256 index, bytes32 itemHash) external {
        if (msg.sender != rollup) revert NotRollup(msg.sender);
        if (itemHash == bytes32(0)) revert ZeroItemHash();
        if (itemHashes[index] != bytes32(0)) revert AlreadyConfirmed(index);
        itemHashes[index] = itemHash;
        emit ItemConfirmed(index, itemHash);
    }

    /// @inheritdoc IOutbox
    function executeTransaction(
        uint256 index,
        address l2Sender,
        address to,
        uint256 value,
        bytes calldata data
    ) external {
        _spend(index, calculateItemHash(index, l2Sender, to, value, data));
        emit OutboxTransactionExecuted(to, l2Sender, index, value);

        address previous = l2ToL1Sender;
        l2ToL1Sender = l2Sender;
        // An execution may nest another: each puts back what it found.
        (bool success, bytes memory returnData) = IBridge(bridge).executeCall(to, value, data);
        l2ToL1Sender = previous;
        if (!success) _bubble(returnData);
    }

    /// @inheritdoc IOutbox
    function calculateItemHash(
        uint256 index,
        address l2Sender,
        address to,
        uint256 value,
        bytes calldata data
    ) public pure returns (bytes32) {
        return keccak256(abi.encode(index, l2Sender, to, value, data));
    }

    /// @dev Mark a message executed, before it is; a failure of the call reverts this too.
    function _spend(uint256 index, bytes32 itemHash) private {
        bytes32 confirmed = itemHashes[index];
        if (confirmed == bytes32(0)) revert NotConfirmed(index);
        if (isSpent[index]) revert AlreadySpent(index);
        if (confirmed != itemHash) revert WrongItem(index);
        isSpent[index] = true;
    }

    /// @dev Revert with the reason of a failed call.
    function _bubble(bytes memory reason) private pure {
        if (reason.length == 0) revert BridgeCallFailed();
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
