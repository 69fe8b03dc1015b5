// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {AddressAlias} from "../../messaging/AddressAlias.sol";
import {IArbSys} from "../../messaging/interfaces/IArbSys.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {InvalidZeroAmount} from "../common/Errors.sol";
import {Gateway} from "../common/Gateway.sol";
import {ICallhookReceiver} from "../interfaces/ICallhookReceiver.sol";
import {IGateway} from "../interfaces/IGateway.sol";
import {IGraphToken} from "../interfaces/IGraphToken.sol";

/// @title L2GraphTokenGateway: mints what is escrowed on L1, burns what goes back
/// @notice Tokens are named by their address on L1. A burn takes an allowance of the holder.
/// @dev A plain transfer that L1 sent is never refused here. One with data is refused as long as
/// the hook fails: nothing is minted and the ticket stays.
contract L2GraphTokenGateway is Gateway, IGateway {
    /// @notice GRT of L2.
    address public immutable token;

    /// @notice Where messages to L1 are sent.
    address public immutable arbSys;

    /// @notice Number of the next withdrawal.
    uint256 public nextExitNum;

    /// @notice GRT that was escrowed on L1 was minted.
    /// @param token GRT on L1.
    /// @param from Who sent it.
    /// @param to Who got it.
    /// @param amount In wei of GRT.
    event DepositFinalized(
        address token, address indexed from, address indexed to, uint256 amount
    );

    /// @notice GRT was burned and a message sent to L1.
    /// @param token GRT on L1.
    /// @param from Who burned.
    /// @param to Who will be paid on L1.
    /// @param l2ToL1Id Position of the message in ArbSys.
    /// @param exitNum Number of the withdrawal, from 0.
    /// @param amount In wei of GRT.
    event WithdrawalInitiated(
        address token,
        address indexed from,
        address indexed to,
        uint256 indexed l2ToL1Id,
        uint256 exitNum,
        uint256 amount
    );

    /// @param controller_ The Controller of L2.
    /// @param token_ GRT of L2.
    /// @param arbSys_ ArbSys.
    /// @param l1Token_ GRT of L1.
    /// @param counterpart_ The gateway of L1, not aliased.
    constructor(
        address controller_,
        address token_,
        address arbSys_,
        address l1Token_,
        address counterpart_
    ) Gateway(controller_, l1Token_, counterpart_) {
        token = nonZero(token_);
        arbSys = nonZero(arbSys_);
    }

    /// @notice Burn GRT of the caller, to be paid on L1 after the challenge period.
    /// @param l1Token_ GRT of L1.
    /// @param to Who is paid on L1.
    /// @param amount In wei of GRT; the caller has allowed it to this contract.
    /// @param data Empty.
    /// @return l2ToL1Id Position of the message in ArbSys.
    function outboundTransfer(address l1Token_, address to, uint256 amount, bytes calldata data)
        external
        notPaused
        returns (uint256 l2ToL1Id)
    {
        _requireGrt(l1Token_);
        _requireRecipient(to);
        if (amount == 0) revert InvalidZeroAmount();
        if (data.length > 0) revert CallhookNotAllowed(msg.sender);

        uint256 exitNum = nextExitNum++;
        IGraphToken(token).burnFrom(msg.sender, amount);
        bytes memory message = abi.encodeCall(
            IGateway.finalizeInboundTransfer,
            (l1Token_, msg.sender, to, amount, abi.encode(exitNum))
        );
        l2ToL1Id = IArbSys(arbSys).sendTxToL1(counterpart, message);
        emit WithdrawalInitiated(l1Token_, msg.sender, to, l2ToL1Id, exitNum, amount);
    }

    /// @inheritdoc IGateway
    function finalizeInboundTransfer(
        address l1Token_,
        address from,
        address to,
        uint256 amount,
        bytes calldata data
    ) external {
        if (msg.sender != AddressAlias.applyL1ToL2Alias(counterpart)) {
            revert OnlyCounterpartGateway(msg.sender);
        }
        _requireGrt(l1Token_);
        IGraphToken(token).mint(to, amount);
        emit DepositFinalized(l1Token_, from, to, amount);
        if (data.length > 0) ICallhookReceiver(to).onTokenTransfer(from, amount, data);
    }
}
