// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {AddressAlias} from "../AddressAlias.sol";
import {IBridge} from "../interfaces/IBridge.sol";
import {IInbox} from "../interfaces/IInbox.sol";

/// @title Inbox: retryable tickets from L1 to L2
/// @notice Checks that a ticket is paid for, hands the ETH to the Bridge and announces the ticket.
/// @dev Keeps neither state nor ETH.
contract Inbox is IInbox {
    /// @notice Gas units of L1 that every submission is charged for.
    uint256 public constant SUBMISSION_BASE_GAS = 1400;

    /// @notice Gas units of L1 that every byte of calldata is charged for.
    uint256 public constant SUBMISSION_GAS_PER_BYTE = 6;

    /// @notice The Bridge, which numbers messages and keeps the ETH.
    address public immutable bridge;

    /// @param bridge_ The Bridge.
    constructor(address bridge_) {
        bridge = nonZero(bridge_);
    }

    /// @inheritdoc IInbox
    function createRetryableTicket(
        address to,
        uint256 l2CallValue,
        uint256 maxSubmissionCost,
        address excessFeeRefundAddress,
        address callValueRefundAddress,
        uint256 gasLimit,
        uint256 maxFeePerGas,
        bytes calldata data
    ) external payable returns (uint256 messageNum) {
        _requireFunded(maxSubmissionCost + l2CallValue + gasLimit * maxFeePerGas);
        uint256 submissionFee = calculateRetryableSubmissionFee(data.length, block.basefee);
        if (maxSubmissionCost < submissionFee) {
            revert InsufficientSubmissionCost(submissionFee, maxSubmissionCost);
        }

        messageNum = IBridge(bridge).enqueueDelayedMessage{value: msg.value}(msg.sender);
        emit RetryableTicketCreated(
            messageNum,
            msg.sender,
            to,
            l2CallValue,
            msg.value,
            submissionFee,
            _l2RefundAddress(excessFeeRefundAddress),
            _l2RefundAddress(callValueRefundAddress),
            gasLimit,
            maxFeePerGas,
            data
        );
    }

    /// @inheritdoc IInbox
    function calculateRetryableSubmissionFee(uint256 dataLength, uint256 baseFee)
        public
        view
        returns (uint256 fee)
    {
        uint256 price = baseFee == 0 ? block.basefee : baseFee;
        return (SUBMISSION_BASE_GAS + SUBMISSION_GAS_PER_BYTE * dataLength) * price;
    }

    /// @dev Revert unless the ETH sent covers `required` wei.
    function _requireFunded(uint256 required) private view {
        if (msg.value < required) revert InsufficientValue(required, msg.value);
    }

    /// @dev An account with code on L1 acts on L2 under its alias only.
    function _l2RefundAddress(address account) private view returns (address) {
        return account.code.length == 0 ? account : AddressAlias.applyL1ToL2Alias(account);
    }
}
