// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The stored retryable tickets of L2
/// @notice A ticket exists from its submission until it is redeemed successfully, cancelled or
/// expired. It is alive while it exists and its timeout has not passed.
interface IArbRetryableTx {
    /// @notice A ticket was created.
    /// @param ticketId The message number of L1.
    event TicketCreated(uint256 indexed ticketId);

    /// @notice The environment must now make the retry call, then call `finishRedeem`.
    /// @param ticketId The ticket.
    /// @param from Sender of the retry call: the alias of the L1 sender.
    /// @param to Account to call.
    /// @param value ETH for the call, in wei; it is paid to the environment.
    /// @param data Calldata.
    /// @param redeemer Who asked for the redeem; the fee refund address in an automatic one.
    event RedeemScheduled(
        uint256 indexed ticketId,
        address indexed from,
        address to,
        uint256 value,
        bytes data,
        address redeemer
    );

    /// @notice A redeem is over.
    /// @param ticketId The ticket; deleted if the retry call succeeded, kept otherwise.
    /// @param success Whether the retry call succeeded.
    event Redeemed(uint256 indexed ticketId, bool success);

    /// @notice The life of a ticket was extended.
    /// @param ticketId The ticket.
    /// @param newTimeout Last second of its life.
    event LifetimeExtended(uint256 indexed ticketId, uint256 newTimeout);

    /// @notice The beneficiary gave a ticket up.
    /// @param ticketId The ticket.
    event Canceled(uint256 indexed ticketId);

    /// @notice A ticket whose timeout had passed was deleted.
    /// @param ticketId The ticket.
    event Expired(uint256 indexed ticketId);

    /// @notice A payment failed and is kept for its recipient.
    /// @param account Who can claim it.
    /// @param amount In wei.
    event PaymentCredited(address indexed account, uint256 amount);

    /// @notice A kept payment was claimed.
    /// @param account Whose it was.
    /// @param recipient Who got it.
    /// @param amount In wei.
    event Claimed(address indexed account, address indexed recipient, uint256 amount);

    /// @notice Only the environment may do this.
    /// @param caller Who tried.
    error NotArbOS(address caller);

    /// @notice Messages are submitted in the order of their numbers.
    /// @param expected Number of the next message.
    /// @param actual Number given.
    error OutOfOrder(uint256 expected, uint256 actual);

    /// @notice The ETH of the submission does not cover the call value.
    /// @param required The call value, in wei.
    /// @param actual What was sent, in wei.
    error InsufficientDeposit(uint256 required, uint256 actual);

    /// @notice There is no such ticket, or its life is over.
    /// @param id The ticket id.
    error NoTicketWithID(uint256 id);

    /// @notice The ticket is being redeemed.
    /// @param id The ticket id.
    error RedeemInProgress(uint256 id);

    /// @notice Redeems are finished in the order in which they were scheduled.
    /// @param id The ticket id given.
    error NotNextRedeem(uint256 id);

    /// @notice A failed redeem returns the call value, a successful one nothing.
    /// @param expected In wei.
    /// @param actual In wei.
    error WrongReturnedValue(uint256 expected, uint256 actual);

    /// @notice The ticket has more than one period left already.
    /// @param timeout Last second of its life.
    error TimeoutTooFar(uint256 timeout);

    /// @notice Only the beneficiary may cancel.
    /// @param caller Who tried.
    error NotBeneficiary(address caller);

    /// @notice The ticket is still alive.
    /// @param timeout Last second of its life.
    error NotExpired(uint256 timeout);

    /// @notice Nothing is kept for the caller.
    /// @param caller Who tried.
    error NothingToClaim(address caller);

    /// @notice Create the ticket of an L1 message, and schedule its automatic redeem if it pays for
    /// one. Only the environment, in the order of the message numbers.
    /// @dev All ETH beyond the call value is refunded; a refund that fails can be claimed.
    /// @param messageNum Number of the message.
    /// @param l1Sender Its sender on L1, not aliased.
    /// @param to Account to call.
    /// @param l2CallValue ETH for the call, in wei.
    /// @param feeRefundAddress Who gets the rest of the ETH.
    /// @param callValueRefundAddress Beneficiary of the ticket.
    /// @param gasLimit Gas for an automatic redeem, in gas units; 0 for none.
    /// @param maxFeePerGas Highest gas price of an automatic redeem, in wei; 0 for none.
    /// @param data Calldata.
    /// @return id Ticket id: the message number.
    function submitRetryable(
        uint256 messageNum,
        address l1Sender,
        address to,
        uint256 l2CallValue,
        address feeRefundAddress,
        address callValueRefundAddress,
        uint256 gasLimit,
        uint256 maxFeePerGas,
        bytes calldata data
    ) external payable returns (uint256 id);

    /// @notice Schedule a retry of a living ticket that is not being redeemed. Anyone.
    /// @param id The ticket id.
    function redeem(uint256 id) external;

    /// @notice Report the outcome of the oldest scheduled redeem. Only the environment.
    /// @dev Comes with the call value if the retry call failed, with no ETH if it succeeded.
    /// @param id The ticket id.
    /// @param success Whether the retry call succeeded.
    function finishRedeem(uint256 id, bool success) external payable;

    /// @notice Add one period to the life of a living ticket. Anyone.
    /// @dev Only while at most one period is left.
    /// @param id The ticket id.
    /// @return newTimeout Last second of its life.
    function keepalive(uint256 id) external returns (uint256 newTimeout);

    /// @notice Give a living ticket up and get its call value. Only its beneficiary.
    /// @param id The ticket id.
    function cancel(uint256 id) external;

    /// @notice Delete a ticket whose timeout has passed. Anyone.
    /// @dev Its call value goes to the beneficiary.
    /// @param id The ticket id.
    function expire(uint256 id) external;

    /// @notice Collect payments to the caller that failed.
    /// @param recipient Who gets them.
    function claim(address recipient) external;

    /// @notice Last second of the life of a living ticket.
    /// @param id The ticket id.
    function getTimeout(uint256 id) external view returns (uint256);

    /// @notice Beneficiary of a living ticket.
    /// @param id The ticket id.
    function getBeneficiary(uint256 id) external view returns (address);

    /// @notice Who asked for the redeem that is now executed; 0 outside of a redeem.
    function getCurrentRedeemer() external view returns (address);
}
