// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Where messages from L1 to L2 are sent
interface IInbox {
    /// @notice A retryable ticket was bought.
    /// @param messageNum Position of the message among all messages of the Bridge, from 0.
    /// @param sender Who called the Inbox, as an L1 address (not aliased).
    /// @param to Destination on L2.
    /// @param l2CallValue ETH for the call on L2, in wei.
    /// @param deposit All ETH that was paid, in wei.
    /// @param submissionFee Fee for the submission, in wei.
    /// @param excessFeeRefundAddress Who gets the unused fees on L2, after aliasing.
    /// @param callValueRefundAddress Beneficiary of the ticket on L2, after aliasing.
    /// @param gasLimit Gas for the call on L2, in gas units.
    /// @param maxFeePerGas Highest price for that gas, in wei.
    /// @param data Calldata of the call on L2.
    event RetryableTicketCreated(
        uint256 indexed messageNum,
        address indexed sender,
        address to,
        uint256 l2CallValue,
        uint256 deposit,
        uint256 submissionFee,
        address excessFeeRefundAddress,
        address callValueRefundAddress,
        uint256 gasLimit,
        uint256 maxFeePerGas,
        bytes data
    );

    /// @notice The ETH sent does not cover the ticket.
    /// @param required What the ticket costs, in wei.
    /// @param actual What was sent, in wei.
    error InsufficientValue(uint256 required, uint256 actual);

    /// @notice `maxSubmissionCost` does not cover the submission fee.
    /// @param required The submission fee, in wei.
    /// @param actual `maxSubmissionCost`, in wei.
    error InsufficientSubmissionCost(uint256 required, uint256 actual);

    /// @notice Send a message to L2 that can be tried again there if it fails.
    /// @dev Reverts with InsufficientValue unless `msg.value` is at least
    /// `maxSubmissionCost + l2CallValue + gasLimit * maxFeePerGas`, and with
    /// InsufficientSubmissionCost unless `maxSubmissionCost` covers the submission fee. A refund
    /// address with code on L1 is replaced by its alias, since nobody controls the address itself
    /// on L2.
    /// @param to Destination on L2.
    /// @param l2CallValue ETH for the call on L2, in wei.
    /// @param maxSubmissionCost Highest submission fee, in wei.
    /// @param excessFeeRefundAddress Who gets the unused fees on L2.
    /// @param callValueRefundAddress Beneficiary: may cancel, gets the call value of a dead ticket.
    /// @param gasLimit Gas for the call on L2, in gas units; 0 means no automatic redeem.
    /// @param maxFeePerGas Highest price for that gas, in wei; 0 means no automatic redeem.
    /// @param data Calldata of the call on L2.
    /// @return messageNum Number of the message; the id of the ticket on L2.
    function createRetryableTicket(
        address to,
        uint256 l2CallValue,
        uint256 maxSubmissionCost,
        address excessFeeRefundAddress,
        address callValueRefundAddress,
        uint256 gasLimit,
        uint256 maxFeePerGas,
        bytes calldata data
    ) external payable returns (uint256 messageNum);

    /// @notice The fee for submitting a ticket.
    /// @param dataLength Length of the calldata, in bytes.
    /// @param baseFee Price of L1 gas, in wei; 0 stands for that of the current block.
    /// @return fee In wei.
    function calculateRetryableSubmissionFee(uint256 dataLength, uint256 baseFee)
        external
        view
        returns (uint256 fee);
}
