// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBridge} from "../../messaging/interfaces/IBridge.sol";
import {IInbox} from "../../messaging/interfaces/IInbox.sol";
import {IOutbox} from "../../messaging/interfaces/IOutbox.sol";
import {pullLpt, sendLpt} from "../../tokens/LptTransfer.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {InvalidZeroAmount, OnlyMigrator} from "../common/Errors.sol";
import {PausableGateway} from "../common/PausableGateway.sol";
import {IGateway} from "../interfaces/IGateway.sol";
import {IL1LPTGateway} from "../interfaces/IL1LPTGateway.sol";
import {IL2LPTGateway} from "../interfaces/IL2LPTGateway.sol";
import {IMinter} from "../interfaces/IMinter.sol";

/// @title LPTGateway of L1: the escrow
/// @notice LPT that goes to L2 stays here. A burn on L2 is paid from it, and what is missing, since
/// L2 mints rewards, is minted into it first.
/// @dev The escrow is the LPT balance of this contract. That a burn is paid at most once is the
/// promise of the Outbox. Tickets name this contract as their beneficiary, which never cancels:
/// nobody can make escrowed LPT unclaimable by a cancellation.
contract LPTGateway is PausableGateway, IL1LPTGateway {
    /// @notice The Minter of L1.
    address public immutable minter;

    /// @notice The only one that can send migrations.
    address public immutable migrator;

    /// @notice Who calls with messages from L2.
    address public immutable bridge;

    /// @notice Where messages to L2 are sent.
    address public immutable inbox;

    /// @param l1Token_ LPT of L1.
    /// @param minter_ The Minter of L1.
    /// @param migrator_ The Migrator of L1.
    /// @param bridge_ The Bridge.
    /// @param inbox_ The Inbox.
    /// @param counterpart_ The gateway of L2.
    /// @param governor_ Who can pause and unpause.
    constructor(
        address l1Token_,
        address minter_,
        address migrator_,
        address bridge_,
        address inbox_,
        address counterpart_,
        address governor_
    ) PausableGateway(l1Token_, counterpart_, governor_) {
        minter = nonZero(minter_);
        migrator = nonZero(migrator_);
        bridge = nonZero(bridge_);
        inbox = nonZero(inbox_);
    }

    /// @notice Send LPT of the caller to L2. The ETH sent must be exactly
    /// `maxSubmissionCost + maxGas * gasPriceBid`; what is unused goes to the caller on L2.
    /// @param token LPT of L1.
    /// @param to Who gets it on L2.
    /// @param amount In wei of LPT; the caller has allowed it.
    /// @param maxGas Gas on L2, in gas units.
    /// @param gasPriceBid Highest gas price on L2, in wei.
    /// @param data `abi.encode(uint256 maxSubmissionCost, bytes extraData)`; the latter empty.
    /// @return sequenceNumber Number of the message: the ticket id on L2.
    function outboundTransfer(
        address token,
        address to,
        uint256 amount,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes calldata data
    ) external payable whenNotPaused returns (uint256 sequenceNumber) {
        _requireLpt(token);
        _requireTransferable(to, amount);
        uint256 maxSubmissionCost = _parseOutboundData(data);
        bytes memory message =
            abi.encodeCall(IGateway.finalizeInboundTransfer, (token, msg.sender, to, amount, ""));
        sequenceNumber =
            _escrowAndSend(msg.sender, amount, maxSubmissionCost, maxGas, gasPriceBid, message);
        emit DepositInitiated(token, msg.sender, to, sequenceNumber, amount);
    }

    /// @inheritdoc IL1LPTGateway
    function outboundMigration(
        address delegator,
        address orchestrator,
        uint256 amount,
        uint256 migrationId,
        uint256 maxSubmissionCost,
        uint256 maxGas,
        uint256 gasPriceBid
    ) external payable whenNotPaused returns (uint256 sequenceNumber) {
        if (msg.sender != migrator) revert OnlyMigrator(msg.sender);
        if (amount == 0) revert InvalidZeroAmount();
        bytes memory message = abi.encodeCall(
            IL2LPTGateway.finalizeMigration, (delegator, orchestrator, amount, migrationId)
        );
        sequenceNumber =
            _escrowAndSend(delegator, amount, maxSubmissionCost, maxGas, gasPriceBid, message);
        emit DepositInitiated(l1Token, delegator, delegator, sequenceNumber, amount);
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
        _requireLpt(token);
        uint256 exitNum = abi.decode(data, (uint256));

        uint256 available = escrow();
        if (available < amount) {
            uint256 shortfall = amount - available;
            IMinter(minter).mint(address(this), shortfall);
            emit EscrowMinted(shortfall);
        }
        sendLpt(token, to, amount);
        emit WithdrawalFinalized(token, from, to, exitNum, amount);
    }

    /// @notice The LPT in escrow, in wei.
    function escrow() public view returns (uint256) {
        return IERC20(l1Token).balanceOf(address(this));
    }

    /// @dev Take LPT of the caller into escrow and send a message to the counterpart.
    function _escrowAndSend(
        address refundAddress,
        uint256 amount,
        uint256 maxSubmissionCost,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes memory message
    ) private returns (uint256 sequenceNumber) {
        if (maxSubmissionCost == 0) revert NoSubmissionCost();
        uint256 cost = maxSubmissionCost + maxGas * gasPriceBid;
        if (msg.value != cost) revert WrongEthValue(cost, msg.value);

        pullLpt(l1Token, msg.sender, address(this), amount);
        return IInbox(inbox).createRetryableTicket{value: msg.value}(
            counterpart,
            0,
            maxSubmissionCost,
            refundAddress,
            address(this),
            maxGas,
            gasPriceBid,
            message
        );
    }

    /// @dev Revert unless this is a message of the gateway of L2.
    function _requireCounterpart() private view {
        if (msg.sender != bridge) revert NotFromBridge(msg.sender);
        address l2Sender = IOutbox(IBridge(bridge).activeOutbox()).l2ToL1Sender();
        if (l2Sender != counterpart) revert OnlyCounterpartGateway(l2Sender);
    }

    /// @dev The submission cost in the data of an outbound transfer, which may hold nothing else.
    function _parseOutboundData(bytes calldata data)
        private
        pure
        returns (uint256 maxSubmissionCost)
    {
        bytes memory extraData;
        (maxSubmissionCost, extraData) = abi.decode(data, (uint256, bytes));
        if (extraData.length > 0) revert CallHookDataNotAllowed();
    }
}
