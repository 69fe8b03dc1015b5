// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {AddressAlias} from "../../messaging/AddressAlias.sol";
import {IArbRetryableTx} from "../../messaging/interfaces/IArbRetryableTx.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {OnlyGateway, requireAtMost} from "../common/Errors.sol";
import {FixedPoint} from "../common/FixedPoint.sol";
import {sendGrt} from "../common/GrtTransfer.sol";
import {Reservoir} from "../common/Reservoir.sol";
import {ICallhookReceiver} from "../interfaces/ICallhookReceiver.sol";

/// @title L2Reservoir: keeps the rewards of L2
/// @notice Tokens, base and rate come with each drip of L1, strictly in the order of sending: a
/// message that is early waits for the one before it. If one is lost, the governor says which nonce
/// comes next.
/// @dev Rewards count from the block in which the message is received, not from that of the drip.
contract L2Reservoir is Reservoir, ICallhookReceiver {
    /// @notice The gateway of L2, the only one that delivers.
    address public immutable gateway;

    /// @notice The reservoir of L1, not aliased, the only one that is listened to.
    address public immutable l1Reservoir;

    /// @notice ArbRetryableTx, which knows who redeems a ticket.
    address public immutable retryables;

    /// @notice Nonce of the only drip that is accepted next.
    uint256 public nextDripNonce;

    /// @notice What share of the keeper reward goes to whoever redeems a drip that did not redeem
    /// itself, 1e18 fixed point.
    uint256 public l2KeeperRewardFraction;

    /// @notice A drip has arrived.
    /// @param nonce Its nonce.
    /// @param issuanceBase What grows from now on, in wei of GRT.
    /// @param issuanceRate Growth per block, 1e18 fixed point.
    /// @param amount What arrived, in wei of GRT, with the keeper reward.
    event DripReceived(
        uint256 indexed nonce, uint256 issuanceBase, uint256 issuanceRate, uint256 amount
    );

    /// @notice The reward for a drip was paid.
    /// @param keeper Whom the dripper wanted to be rewarded.
    /// @param redeemer Who redeemed the ticket.
    /// @param keeperAmount What the keeper got, in wei of GRT.
    /// @param redeemerAmount What the redeemer got, in wei of GRT.
    event KeeperRewardPaid(
        address indexed keeper,
        address indexed redeemer,
        uint256 keeperAmount,
        uint256 redeemerAmount
    );

    /// @notice The nonce that is expected next was set.
    /// @param value The nonce.
    event NextDripNonceSet(uint256 value);

    /// @notice The share of redeemers was set.
    /// @param value 1e18 fixed point.
    event L2KeeperRewardFractionSet(uint256 value);

    /// @notice Only the reservoir of L1 is listened to.
    /// @param sender Who sent the tokens.
    error OnlyL1Reservoir(address sender);

    /// @notice Another drip comes first, or this one came before.
    /// @param expected The nonce that is expected.
    /// @param actual The nonce of the message.
    error InvalidNonce(uint256 expected, uint256 actual);

    /// @param controller_ The Controller of L2.
    /// @param token_ GRT of L2.
    /// @param rewardsManager_ The only one that can have rewards paid or burned.
    /// @param gateway_ The gateway of L2.
    /// @param l1Reservoir_ The reservoir of L1, not aliased.
    /// @param retryables_ ArbRetryableTx.
    constructor(
        address controller_,
        address token_,
        address rewardsManager_,
        address gateway_,
        address l1Reservoir_,
        address retryables_
    ) Reservoir(controller_, token_, rewardsManager_) {
        gateway = nonZero(gateway_);
        l1Reservoir = nonZero(l1Reservoir_);
        retryables = nonZero(retryables_);
    }

    /// @notice Take in a drip. Only the gateway, for a message of the reservoir of L1.
    /// @param from Who sent it on L1.
    /// @param amount What arrived, in wei of GRT, with the keeper reward.
    /// @param data `abi.encode(uint256 issuanceBase, uint256 issuanceRate, uint256 nonce, uint256
    /// keeperReward, address keeper)`.
    function onTokenTransfer(address from, uint256 amount, bytes calldata data) external {
        if (msg.sender != gateway) revert OnlyGateway(msg.sender);
        if (from != l1Reservoir) revert OnlyL1Reservoir(from);
        (uint256 base, uint256 rate, uint256 nonce, uint256 keeperReward, address keeper) =
            abi.decode(data, (uint256, uint256, uint256, uint256, address));
        uint256 expected = nextDripNonce;
        if (nonce != expected) revert InvalidNonce(expected, nonce);

        nextDripNonce = nonce + 1;
        _update(getNewRewards(block.number), base, rate);
        emit DripReceived(nonce, base, rate, amount);
        if (keeperReward > 0) _payKeeper(keeperReward, keeper);
    }

    /// @notice Say which drip is accepted next, after one was lost. Only the governor.
    /// @param value Its nonce.
    function setNextDripNonce(uint256 value) external onlyGovernor {
        nextDripNonce = value;
        emit NextDripNonceSet(value);
    }

    /// @notice Set the share of the keeper reward that goes to redeemers. Only the governor.
    /// @param value 1e18 fixed point, at most 1.
    function setL2KeeperRewardFraction(uint256 value) external onlyGovernor {
        requireAtMost(ONE, value);
        l2KeeperRewardFraction = value;
        emit L2KeeperRewardFractionSet(value);
    }

    /// @inheritdoc Reservoir
    function getNewRewards(uint256 blockNumber) public view override returns (uint256) {
        return _growth(blockNumber);
    }

    /// @dev Pay the keeper, less the share of the redeemer if the ticket did not redeem itself: in
    /// an auto-redeem the redeemer is whom fees are refunded to, the alias of the reservoir of L1.
    function _payKeeper(uint256 reward, address keeper) private {
        address redeemer = IArbRetryableTx(retryables).getCurrentRedeemer();
        uint256 share = 0;
        if (redeemer != AddressAlias.applyL1ToL2Alias(l1Reservoir)) {
            share = reward * l2KeeperRewardFraction / FixedPoint.ONE;
        }
        emit KeeperRewardPaid(keeper, redeemer, reward - share, share);
        if (share > 0) sendGrt(token, redeemer, share);
        sendGrt(token, keeper, reward - share);
    }
}
