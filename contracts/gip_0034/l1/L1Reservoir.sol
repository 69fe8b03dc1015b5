// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {requireAtLeast, requireAtMost} from "../common/Errors.sol";
import {FixedPoint} from "../common/FixedPoint.sol";
import {approveGrt, sendGrt} from "../common/GrtTransfer.sol";
import {Reservoir} from "../common/Reservoir.sol";
import {IGraphToken} from "../interfaces/IGraphToken.sol";
import {IL1GraphTokenGateway} from "../interfaces/IL1GraphTokenGateway.sol";
import {IStaking} from "../interfaces/IStaking.sol";
import {L1ReservoirEvents} from "./L1ReservoirEvents.sol";

/// @title L1Reservoir: mints the rewards of both chains ahead of time
/// @notice A drip mints what will accrue within an interval, less what an earlier drip has minted
/// too much (more what it has minted too little), and sends the share of L2 there.
/// @dev In terms of GIP-0034: p is `issuanceBase`, r `issuanceRate`, t0 `lastRewardsUpdateBlock`,
/// t1 `rewardsMintedUntilBlock`, R1 `accumulatedLayerRewards`, lambda `l2RewardsFraction`, kappa
/// `dripRewardPerBlock`. Rate and fraction are staged: they take effect at the next drip.
contract L1Reservoir is Reservoir, L1ReservoirEvents {
    /// @notice What pays for the message to L2.
    /// @param maxGas Gas on L2, in gas units.
    /// @param gasPriceBid Highest gas price on L2, in wei.
    /// @param maxSubmissionCost Highest submission fee, in wei.
    struct Ticket {
        uint256 maxGas;
        uint256 gasPriceBid;
        uint256 maxSubmissionCost;
    }

    /// @notice Highest issuance rate: ten years of blocks without a drip overflow no power of it.
    uint256 public constant MAX_ISSUANCE_RATE = 1_000_002_000_000_000_000;

    /// @notice Longest drip interval, in blocks: a year of them.
    uint256 public constant MAX_DRIP_INTERVAL = 365 * 7200;

    /// @notice Highest keeper reward per block, in wei of GRT.
    uint256 public constant MAX_DRIP_REWARD_PER_BLOCK = 1_000_000e18;

    /// @notice Staking of L1, which knows indexers.
    address public immutable staking;

    /// @notice The gateway of L1.
    address public immutable gateway;

    /// @notice The reservoir of L2.
    address public immutable l2Reservoir;

    /// @notice The issuance rate from the next drip on, 1e18 fixed point.
    uint256 public nextIssuanceRate = FixedPoint.ONE;

    /// @notice What fraction of the rewards goes to L2, 1e18 fixed point.
    uint256 public l2RewardsFraction;

    /// @notice The same from the next drip on.
    uint256 public nextL2RewardsFraction;

    /// @notice Until which block the last drip has minted.
    uint256 public rewardsMintedUntilBlock;

    /// @notice How many blocks a drip covers.
    uint256 public dripInterval;

    /// @notice A drip is possible after more blocks than this.
    uint256 public minDripInterval;

    /// @notice Keeper reward per block since the last drip, in wei of GRT.
    uint256 public dripRewardPerBlock;

    /// @notice Nonce of the next message to L2.
    uint256 public nextDripNonce;

    /// @notice Who can drip without stake.
    mapping(address account => bool allowed) public allowedDrippers;

    /// @param controller_ The Controller of L1.
    /// @param token_ GRT of L1.
    /// @param rewardsManager_ The only one that can have rewards paid or burned.
    /// @param staking_ Staking of L1.
    /// @param gateway_ The gateway of L1.
    /// @param l2Reservoir_ The reservoir of L2.
    /// @param dripInterval_ How many blocks a drip covers.
    constructor(
        address controller_,
        address token_,
        address rewardsManager_,
        address staking_,
        address gateway_,
        address l2Reservoir_,
        uint256 dripInterval_
    ) Reservoir(controller_, token_, rewardsManager_) {
        staking = nonZero(staking_);
        gateway = nonZero(gateway_);
        l2Reservoir = nonZero(l2Reservoir_);
        _setDripInterval(dripInterval_);
    }

    /// @notice Start: the supply of GRT is what grows from now on. Once; only the governor.
    /// @param pendingRewards Rewards of the time before that are minted now, in wei of GRT.
    function initialSnapshot(uint256 pendingRewards) external onlyGovernor {
        if (lastRewardsUpdateBlock != 0) revert AlreadyInitialised();
        uint256 supply = IGraphToken(token).totalSupply();
        if (supply == 0) revert ZeroIssuanceBase();
        issuanceBase = supply;
        lastRewardsUpdateBlock = block.number;
        rewardsMintedUntilBlock = block.number;
        emit InitialSnapshotTaken(block.number, supply, pendingRewards);
        IGraphToken(token).mint(address(this), pendingRewards);
    }

    /// @notice Mint rewards and send the share of L2. An allowed dripper, or an indexer with stake.
    /// The ETH sent must be exactly what the ticket costs, or none if there is no message.
    /// @param l2MaxGas Gas on L2, in gas units.
    /// @param l2GasPriceBid Highest gas price on L2, in wei.
    /// @param l2MaxSubmissionCost Highest submission fee, in wei.
    /// @param keeperRewardBeneficiary Who gets the keeper reward: on L2 if there is a message.
    function drip(
        uint256 l2MaxGas,
        uint256 l2GasPriceBid,
        uint256 l2MaxSubmissionCost,
        address keeperRewardBeneficiary
    ) external payable notPaused {
        if (!allowedDrippers[msg.sender] && !IStaking(staking).hasStake(msg.sender)) {
            revert NotAllowedToDrip(msg.sender);
        }
        _drip(Ticket(l2MaxGas, l2GasPriceBid, l2MaxSubmissionCost), keeperRewardBeneficiary);
    }

    /// @notice The same for an operator of an indexer with stake.
    /// @param l2MaxGas Gas on L2, in gas units.
    /// @param l2GasPriceBid Highest gas price on L2, in wei.
    /// @param l2MaxSubmissionCost Highest submission fee, in wei.
    /// @param keeperRewardBeneficiary Who gets the keeper reward: on L2 if there is a message.
    /// @param indexer The indexer.
    function dripFor(
        uint256 l2MaxGas,
        uint256 l2GasPriceBid,
        uint256 l2MaxSubmissionCost,
        address keeperRewardBeneficiary,
        address indexer
    ) external payable notPaused {
        IStaking indexers = IStaking(staking);
        if (!indexers.hasStake(indexer) || !indexers.isOperator(indexer, msg.sender)) {
            revert NotAllowedToDrip(msg.sender);
        }
        _drip(Ticket(l2MaxGas, l2GasPriceBid, l2MaxSubmissionCost), keeperRewardBeneficiary);
    }

    /// @notice Stage the issuance rate. Only the governor.
    /// @param value Per block, 1e18 fixed point, with the 1; at most `MAX_ISSUANCE_RATE`.
    function setIssuanceRate(uint256 value) external onlyGovernor {
        requireAtLeast(ONE, value);
        requireAtMost(MAX_ISSUANCE_RATE, value);
        nextIssuanceRate = value;
        emit IssuanceRateStaged(value);
    }

    /// @notice Stage the fraction of L2. Only the governor.
    /// @param value 1e18 fixed point, at most 1.
    function setL2RewardsFraction(uint256 value) external onlyGovernor {
        requireAtMost(ONE, value);
        nextL2RewardsFraction = value;
        emit L2RewardsFractionStaged(value);
    }

    /// @notice Set how many blocks the drips to come cover. Only the governor.
    /// @param value In blocks, more than `minDripInterval`, at most `MAX_DRIP_INTERVAL`.
    function setDripInterval(uint256 value) external onlyGovernor {
        _setDripInterval(value);
    }

    /// @notice Set how many blocks must pass between drips. Only the governor.
    /// @param value In blocks, less than `dripInterval`.
    function setMinDripInterval(uint256 value) external onlyGovernor {
        requireAtMost(dripInterval - 1, value);
        minDripInterval = value;
        emit MinDripIntervalSet(value);
    }

    /// @notice Set the keeper reward. Only the governor.
    /// @param value In wei of GRT per block, at most `MAX_DRIP_REWARD_PER_BLOCK`.
    function setDripRewardPerBlock(uint256 value) external onlyGovernor {
        requireAtMost(MAX_DRIP_REWARD_PER_BLOCK, value);
        dripRewardPerBlock = value;
        emit DripRewardPerBlockSet(value);
    }

    /// @notice Say whether an account may drip without stake. Only the governor.
    /// @param account The account.
    /// @param allowed Whether it may.
    function setAllowedDripper(address account, bool allowed) external onlyGovernor {
        allowedDrippers[account] = allowed;
        emit AllowedDripperSet(account, allowed);
    }

    /// @inheritdoc Reservoir
    function getNewRewards(uint256 blockNumber) public view override returns (uint256) {
        return _shareOfL1(_growth(blockNumber));
    }

    /// @notice Rewards of both chains since the last drip, in wei of GRT.
    /// @param blockNumber Until when; not before the last drip.
    function getNewGlobalRewards(uint256 blockNumber) public view returns (uint256) {
        return _growth(blockNumber);
    }

    /// @notice The reward for a drip in a block, in wei of GRT; 0 as long as none is possible.
    /// @param blockNumber The block.
    function getKeeperReward(uint256 blockNumber) public view returns (uint256) {
        uint256 last = lastRewardsUpdateBlock;
        if (blockNumber <= last + minDripInterval) return 0;
        return dripRewardPerBlock * (blockNumber - last);
    }

    /// @dev Drip, once it is clear that the caller may. Comments use the names of GIP-0034, with A
    /// for what has accrued and T for what the last drip has minted: epsilon = T - A.
    function _drip(Ticket memory ticket, address keeper) private {
        _requireDrippable(keeper);
        uint256 minted = getNewGlobalRewards(rewardsMintedUntilBlock); // T
        uint256 accrued = getNewGlobalRewards(block.number); // A
        uint256 keeperReward = getKeeperReward(block.number); // K
        uint256 ahead = _advance(accrued); // n
        if (ahead + accrued <= minted) revert MintNotPositive(ahead + accrued, minted);
        uint256 amount = ahead + accrued - minted + keeperReward; // N + K

        (bool message, uint256 toL2) = _applyFraction(ahead, accrued, minted);
        if (message) toL2 += keeperReward;
        else if (msg.value != 0) revert UnexpectedEth(msg.value);

        IGraphToken(token).mint(address(this), amount);
        if (message) {
            _sendToL2(ticket, toL2, keeperReward, keeper);
        } else if (keeperReward > 0) {
            emit KeeperRewardPaid(keeper, keeperReward);
            sendGrt(token, keeper, keeperReward);
        }
        emit RewardsDripped(msg.sender, amount, toL2, keeperReward, rewardsMintedUntilBlock);
    }

    /// @dev Settle until now with the old rate and fraction, go on with the staged rate, and say
    /// what will accrue until the new deadline.
    function _advance(uint256 accrued) private returns (uint256 ahead) {
        uint256 rate = nextIssuanceRate;
        bool changed = rate != issuanceRate;
        _update(_shareOfL1(accrued), issuanceBase + accrued, rate);
        if (changed) emit IssuanceRateUpdated(rate);
        uint256 deadline = block.number + dripInterval;
        rewardsMintedUntilBlock = deadline;
        return getNewGlobalRewards(deadline);
    }

    /// @dev Go on with the staged fraction, and say whether L2 must hear of it and what it gets:
    /// `newFraction * n - oldFraction * epsilon`, rounded down once, so that L1 keeps enough.
    function _applyFraction(uint256 ahead, uint256 accrued, uint256 minted)
        private
        returns (bool message, uint256 toL2)
    {
        uint256 oldFraction = l2RewardsFraction;
        uint256 newFraction = nextL2RewardsFraction;
        if (oldFraction == 0 && newFraction == 0) return (false, 0);

        uint256 due = newFraction * ahead + oldFraction * accrued;
        uint256 sent = oldFraction * minted;
        if (due < sent) revert NegativeL2Amount(due, sent);
        if (newFraction != oldFraction) {
            l2RewardsFraction = newFraction;
            emit L2RewardsFractionUpdated(newFraction);
        }
        return (true, (due - sent) / FixedPoint.ONE);
    }

    /// @dev Send tokens to the reservoir of L2, with the state that they belong to.
    function _sendToL2(Ticket memory ticket, uint256 amount, uint256 keeperReward, address keeper)
        private
    {
        uint256 nonce = nextDripNonce++;
        uint256 base = l2RewardsFraction * issuanceBase / FixedPoint.ONE;
        emit DripSent(nonce, base, issuanceRate, amount, keeperReward, keeper);
        bytes memory state = abi.encode(base, issuanceRate, nonce, keeperReward, keeper);
        approveGrt(token, gateway, amount);
        // The number of the ticket is in the event of the gateway.
        IL1GraphTokenGateway(gateway).outboundTransfer{value: msg.value}(
            token,
            l2Reservoir,
            amount,
            ticket.maxGas,
            ticket.gasPriceBid,
            abi.encode(ticket.maxSubmissionCost, state)
        );
    }

    /// @dev Set how many blocks the drips to come cover.
    function _setDripInterval(uint256 value) private {
        requireAtLeast(minDripInterval + 1, value);
        requireAtMost(MAX_DRIP_INTERVAL, value);
        dripInterval = value;
        emit DripIntervalSet(value);
    }

    /// @dev Revert if there is nothing to go on from, if it is too early, or if nobody is named.
    function _requireDrippable(address keeper) private view {
        uint256 last = lastRewardsUpdateBlock;
        if (last == 0) revert NotInitialised();
        uint256 first = last + minDripInterval + 1;
        if (block.number < first) revert DripTooEarly(first, block.number);
        if (keeper == address(0)) revert InvalidBeneficiary();
    }

    /// @dev What L1 keeps of an amount, rounded down.
    function _shareOfL1(uint256 amount) private view returns (uint256) {
        return amount * (FixedPoint.ONE - l2RewardsFraction) / FixedPoint.ONE;
    }
}
