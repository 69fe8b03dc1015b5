// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBridge} from "../../messaging/interfaces/IBridge.sol";
import {IInbox} from "../../messaging/interfaces/IInbox.sol";
import {IOutbox} from "../../messaging/interfaces/IOutbox.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {InvalidZeroAmount} from "../common/Errors.sol";
import {Gateway} from "../common/Gateway.sol";
import {pullGrt, sendGrt} from "../common/GrtTransfer.sol";
import {IGateway} from "../interfaces/IGateway.sol";
import {IL1GraphTokenGateway} from "../interfaces/IL1GraphTokenGateway.sol";

/// @title L1GraphTokenGateway: the escrow
/// @notice GRT that goes to L2 stays here, and a withdrawal from L2 is paid from it. It never
/// mints: what is not here cannot be paid.
/// @dev The escrow is the GRT balance of this contract. That a withdrawal is paid at most once is
/// the promise of the Outbox. Tickets name this contract as their beneficiary, which never cancels:
/// nobody can make escrowed GRT unclaimable by a cancellation.
contract L1GraphTokenGateway is Gateway, IL1GraphTokenGateway {
    /// @notice Who calls with messages from L2.
    address public immutable bridge;

    /// @notice Where messages to L2 are sent.
    address public immutable inbox;

    /// @notice Who can send data for the hook of a recipient on L2.
    mapping(address account => bool allowed) public callhookAllowlist;

    /// @notice An account may send data for hooks, or no longer.
    /// @param account The account.
    /// @param allowed Whether it may.
    event CallhookAllowedSet(address indexed account, bool allowed);

    /// @notice GRT was escrowed and a message sent to L2.
    /// @param token GRT on L1.
    /// @param from Who sent it.
    /// @param to Who gets it on L2.
    /// @param sequenceNumber Number of the message: the ticket id on L2.
    /// @param amount In wei of GRT.
    event DepositInitiated(
        address token,
        address indexed from,
        address indexed to,
        uint256 indexed sequenceNumber,
        uint256 amount
    );

    /// @notice A withdrawal from L2 was paid.
    /// @param token GRT on L1.
    /// @param from Who burned on L2.
    /// @param to Who was paid.
    /// @param exitNum Number of the withdrawal, from the gateway of L2.
    /// @param amount In wei of GRT.
    event WithdrawalFinalized(
        address token,
        address indexed from,
        address indexed to,
        uint256 indexed exitNum,
        uint256 amount
    );

    /// @notice The ticket must pay for its submission.
    error NoSubmissionCost();

    /// @notice The ETH sent is not exactly what the ticket costs.
    /// @param expected In wei.
    /// @param actual In wei.
    error WrongEthValue(uint256 expected, uint256 actual);

    /// @notice Messages from L2 come through the Bridge.
    /// @param caller Who tried.
    error NotFromBridge(address caller);

    /// @notice The escrow is too small for a withdrawal, which can be tried again.
    /// @param available The escrow, in wei of GRT.
    /// @param amount The withdrawal, in wei of GRT.
    error BridgeOutOfFunds(uint256 available, uint256 amount);

    /// @param controller_ The Controller of L1.
    /// @param l1Token_ GRT of L1.
    /// @param bridge_ The Bridge.
    /// @param inbox_ The Inbox.
    /// @param counterpart_ The gateway of L2.
    constructor(
        address controller_,
        address l1Token_,
        address bridge_,
        address inbox_,
        address counterpart_
    ) Gateway(controller_, l1Token_, counterpart_) {
        bridge = nonZero(bridge_);
        inbox = nonZero(inbox_);
    }

    /// @notice Say whether an account may send data for hooks on L2. Only the governor.
    /// @param account The account.
    /// @param allowed Whether it may.
    function setCallhookAllowed(address account, bool allowed) external onlyGovernor {
        callhookAllowlist[account] = allowed;
        emit CallhookAllowedSet(account, allowed);
    }

    /// @inheritdoc IL1GraphTokenGateway
    function outboundTransfer(
        address token,
        address to,
        uint256 amount,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes calldata data
    ) external payable notPaused returns (uint256 sequenceNumber) {
        _requireGrt(token);
        _requireRecipient(to);
        (uint256 maxSubmissionCost, bytes memory extraData) = abi.decode(data, (uint256, bytes));
        _requireTransferable(amount, extraData.length);
        _requirePaid(maxSubmissionCost, maxGas, gasPriceBid);

        pullGrt(token, msg.sender, address(this), amount);
        sequenceNumber = _send(
            maxSubmissionCost,
            maxGas,
            gasPriceBid,
            abi.encodeCall(
                IGateway.finalizeInboundTransfer, (token, msg.sender, to, amount, extraData)
            )
        );
        emit DepositInitiated(token, msg.sender, to, sequenceNumber, amount);
    }

    /// @inheritdoc IGateway
    function finalizeInboundTransfer(
        address token,
        address from,
        address to,
        uint256 amount,
        bytes calldata data
    ) external {
        _requireCounterpart();
        _requireGrt(token);
        uint256 exitNum = abi.decode(data, (uint256));
        uint256 available = escrow();
        if (available < amount) revert BridgeOutOfFunds(available, amount);

        emit WithdrawalFinalized(token, from, to, exitNum, amount);
        sendGrt(token, to, amount);
    }

    /// @notice The GRT in escrow, in wei.
    function escrow() public view returns (uint256) {
        return IERC20(l1Token).balanceOf(address(this));
    }

    /// @dev Send a message to the counterpart, paid for and refunded to the caller.
    function _send(
        uint256 maxSubmissionCost,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes memory message
    ) private returns (uint256 sequenceNumber) {
        return IInbox(inbox).createRetryableTicket{value: msg.value}(
            counterpart,
            0,
            maxSubmissionCost,
            msg.sender,
            address(this),
            maxGas,
            gasPriceBid,
            message
        );
    }

    /// @dev Revert for data by a sender who may send none, and for a transfer of nothing: only with
    /// data is there a reason to send 0.
    function _requireTransferable(uint256 amount, uint256 dataLength) private view {
        if (dataLength > 0) {
            if (!callhookAllowlist[msg.sender]) revert CallhookNotAllowed(msg.sender);
        } else if (amount == 0) {
            revert InvalidZeroAmount();
        }
    }

    /// @dev Revert unless the ETH sent is exactly what the ticket costs.
    function _requirePaid(uint256 maxSubmissionCost, uint256 maxGas, uint256 gasPriceBid)
        private
        view
    {
        if (maxSubmissionCost == 0) revert NoSubmissionCost();
        uint256 cost = maxSubmissionCost + maxGas * gasPriceBid;
        if (msg.value != cost) revert WrongEthValue(cost, msg.value);
    }

    /// @dev Revert unless this is a message of the gateway of L2.
    function _requireCounterpart() private view {
        if (msg.sender != bridge) revert NotFromBridge(msg.sender);
        address l2Sender = IOutbox(IBridge(bridge).activeOutbox()).l2ToL1Sender();
        if (l2Sender != counterpart) revert OnlyCounterpartGateway(l2Sender);
    }
}
