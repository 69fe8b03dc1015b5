// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {sendEth} from "../../utils/EthTransfer.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {AddressAlias} from "../AddressAlias.sol";
import {IArbRetryableTx} from "../interfaces/IArbRetryableTx.sol";

/// @title ArbRetryableTx: the books of the retryable tickets
/// @notice A contract cannot send a call from the alias of an L1 sender, so the environment
/// ("ArbOS") makes the retry call as a transaction of its own. A redeem is therefore in two steps:
/// it is scheduled, which pays the call value to the environment; and it is finished, which deletes
/// the ticket or takes the call value back. Several redeems may be scheduled by one transaction;
/// they are executed and finished in that order.
/// @dev Balance = call values of the tickets that are not being redeemed + `claimable`.
contract ArbRetryableTx is IArbRetryableTx {
    /// @notice A message that waits to be executed.
    /// @param from Sender of the retry call: the alias of the L1 sender.
    /// @param to Account to call.
    /// @param callValue ETH for the call, in wei.
    /// @param beneficiary Who may cancel, and gets the call value if the ticket dies.
    /// @param timeout Last second of its life; 0 if there is no ticket.
    /// @param redeeming Whether a redeem is scheduled and not finished.
    /// @param redeemer Who asked for that redeem.
    /// @param data Calldata.
    struct Ticket {
        address from;
        address to;
        uint256 callValue;
        address beneficiary;
        uint256 timeout;
        bool redeeming;
        address redeemer;
        bytes data;
    }

    /// @notice One period of life of a ticket, in seconds.
    uint256 public constant LIFETIME = 7 days;

    /// @notice Gas that the recipient of a refund gets, so that it cannot block a submission.
    uint256 public constant REFUND_GAS = 50_000;

    /// @notice The environment: submits messages and makes the retry calls.
    address public immutable arbos;

    /// @notice The only message number that may be submitted next.
    uint256 public nextMessageNum;

    /// @notice The tickets, by message number.
    mapping(uint256 id => Ticket) public tickets;

    /// @notice Ticket ids in the order in which their redeems were scheduled.
    mapping(uint256 position => uint256 id) public redeemQueue;

    /// @notice Redeems finished so far; the position of the one that is executed now.
    uint256 public redeemHead;

    /// @notice Redeems scheduled so far.
    uint256 public redeemTail;

    /// @notice Payments that failed, in wei, by recipient.
    mapping(address account => uint256 amount) public claimable;

    modifier onlyArbOS() {
        if (msg.sender != arbos) revert NotArbOS(msg.sender);
        _;
    }

    /// @param arbos_ The environment.
    constructor(address arbos_) {
        arbos = nonZero(arbos_);
    }

    /// @inheritdoc IArbRetryableTx
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
    ) external payable onlyArbOS returns (uint256 id) {
        if (messageNum != nextMessageNum) revert OutOfOrder(nextMessageNum, messageNum);
        if (msg.value < l2CallValue) revert InsufficientDeposit(l2CallValue, msg.value);

        id = nextMessageNum++;
        Ticket storage ticket = tickets[id];
        ticket.from = AddressAlias.applyL1ToL2Alias(l1Sender);
        ticket.to = to;
        ticket.callValue = l2CallValue;
        ticket.beneficiary = callValueRefundAddress;
        ticket.timeout = block.timestamp + LIFETIME;
        ticket.data = data;
        emit TicketCreated(id);

        if (_paysForRedeem(gasLimit, maxFeePerGas)) _schedule(id, feeRefundAddress);
        // Last, as it hands control to the recipient.
        _payOrCredit(feeRefundAddress, msg.value - l2CallValue);
    }

    /// @inheritdoc IArbRetryableTx
    function redeem(uint256 id) external {
        Ticket storage ticket = _living(id);
        if (ticket.redeeming) revert RedeemInProgress(id);
        _schedule(id, msg.sender);
    }

    /// @inheritdoc IArbRetryableTx
    function finishRedeem(uint256 id, bool success) external payable onlyArbOS {
        if (redeemHead == redeemTail || redeemQueue[redeemHead] != id) revert NotNextRedeem(id);
        Ticket storage ticket = tickets[id];
        uint256 expected = success ? 0 : ticket.callValue;
        if (msg.value != expected) revert WrongReturnedValue(expected, msg.value);

        ++redeemHead;
        if (success) {
            delete tickets[id];
        } else {
            ticket.redeeming = false;
            ticket.redeemer = address(0);
        }
        emit Redeemed(id, success);
    }

    /// @inheritdoc IArbRetryableTx
    function keepalive(uint256 id) external returns (uint256 newTimeout) {
        Ticket storage ticket = _living(id);
        uint256 timeout = ticket.timeout;
        if (timeout > block.timestamp + LIFETIME) revert TimeoutTooFar(timeout);
        newTimeout = timeout + LIFETIME;
        ticket.timeout = newTimeout;
        emit LifetimeExtended(id, newTimeout);
    }

    /// @inheritdoc IArbRetryableTx
    function cancel(uint256 id) external {
        if (msg.sender != _living(id).beneficiary) revert NotBeneficiary(msg.sender);
        emit Canceled(id);
        _close(id);
    }

    /// @inheritdoc IArbRetryableTx
    function expire(uint256 id) external {
        uint256 timeout = tickets[id].timeout;
        if (timeout == 0) revert NoTicketWithID(id);
        if (block.timestamp <= timeout) revert NotExpired(timeout);
        emit Expired(id);
        _close(id);
    }

    /// @inheritdoc IArbRetryableTx
    function claim(address recipient) external {
        uint256 amount = claimable[msg.sender];
        if (amount == 0) revert NothingToClaim(msg.sender);
        claimable[msg.sender] = 0;
        emit Claimed(msg.sender, recipient, amount);
        sendEth(recipient, amount);
    }

    /// @inheritdoc IArbRetryableTx
    function getTimeout(uint256 id) external view returns (uint256) {
        return _living(id).timeout;
    }

    /// @inheritdoc IArbRetryableTx
    function getBeneficiary(uint256 id) external view returns (address) {
        return _living(id).beneficiary;
    }

    /// @inheritdoc IArbRetryableTx
    function getCurrentRedeemer() external view returns (address) {
        if (redeemHead == redeemTail) return address(0);
        return tickets[redeemQueue[redeemHead]].redeemer;
    }

    /// @dev Put a ticket in the queue of redeems and pay its call value to the environment.
    function _schedule(uint256 id, address redeemer) private {
        Ticket storage ticket = tickets[id];
        ticket.redeeming = true;
        ticket.redeemer = redeemer;
        redeemQueue[redeemTail++] = id;

        uint256 callValue = ticket.callValue;
        emit RedeemScheduled(id, ticket.from, ticket.to, callValue, ticket.data, redeemer);
        if (callValue > 0) sendEth(arbos, callValue);
    }

    /// @dev Delete a ticket that is not being redeemed and return its call value.
    function _close(uint256 id) private {
        Ticket storage ticket = tickets[id];
        if (ticket.redeeming) revert RedeemInProgress(id);
        address beneficiary = ticket.beneficiary;
        uint256 callValue = ticket.callValue;
        delete tickets[id];
        _payOrCredit(beneficiary, callValue);
    }

    /// @dev Pay, or keep the payment for the recipient; never reverts.
    function _payOrCredit(address account, uint256 amount) private {
        if (amount == 0) return;
        (bool success,) = account.call{value: amount, gas: REFUND_GAS}("");
        if (success) return;
        claimable[account] += amount;
        emit PaymentCredited(account, amount);
    }

    /// @dev A ticket that exists and whose timeout has not passed.
    function _living(uint256 id) private view returns (Ticket storage ticket) {
        ticket = tickets[id];
        uint256 timeout = ticket.timeout;
        if (timeout == 0 || block.timestamp > timeout) revert NoTicketWithID(id);
    }

    /// @dev Whether a submission pays for an automatic redeem at the current gas price.
    function _paysForRedeem(uint256 gasLimit, uint256 maxFeePerGas) private view returns (bool) {
        return gasLimit != 0 && maxFeePerGas != 0 && maxFeePerGas >= block.basefee;
    }
}
