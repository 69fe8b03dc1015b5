// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {IGraphToken} from "../interfaces/IGraphToken.sol";
import {IReservoir} from "../interfaces/IReservoir.sol";
import {IRewardsManager} from "../interfaces/IRewardsManager.sol";
import {OnlyRewardsManager} from "./Errors.sol";
import {FixedPoint} from "./FixedPoint.sol";
import {sendGrt} from "./GrtTransfer.sol";
import {Managed} from "./Managed.sol";

/// @title Reservoir: keeps the rewards of a chain until they are taken
/// @notice Rewards accumulate block by block, as a base that grows at a rate. The tokens are here
/// before they are due, unless a drip is late.
/// @dev What the two chains have in common. Blocks are those that contracts see as `block.number`.
abstract contract Reservoir is Managed, IReservoir {
    /// @notice 1 in fixed point.
    uint256 public constant ONE = FixedPoint.ONE;

    /// @notice GRT of this chain.
    address public immutable token;

    /// @notice The only one that can have rewards paid or burned.
    address public immutable rewardsManager;

    /// @notice What grows at the issuance rate, in wei of GRT, at the last update: all of p on L1,
    /// the share of L2 on L2.
    uint256 public issuanceBase;

    /// @notice Growth per block, 1e18 fixed point, with the 1.
    uint256 public issuanceRate = FixedPoint.ONE;

    /// @notice Block of the last update.
    uint256 public lastRewardsUpdateBlock;

    /// @notice Rewards of this chain from the beginning to the last update, in wei of GRT.
    uint256 public accumulatedLayerRewards;

    /// @notice Rewards were paid.
    /// @param to Who got them.
    /// @param amount In wei of GRT.
    event RewardsPulled(address indexed to, uint256 amount);

    /// @notice Rewards that nobody gets were burned.
    /// @param amount In wei of GRT.
    event RewardsBurned(uint256 amount);

    modifier onlyRewardsManager() {
        if (msg.sender != rewardsManager) revert OnlyRewardsManager(msg.sender);
        _;
    }

    /// @param controller_ The Controller of this chain.
    /// @param token_ GRT of this chain.
    /// @param rewardsManager_ The only one that can have rewards paid or burned.
    constructor(address controller_, address token_, address rewardsManager_)
        Managed(controller_)
    {
        token = nonZero(token_);
        rewardsManager = nonZero(rewardsManager_);
    }

    /// @inheritdoc IReservoir
    function pullRewards(address to, uint256 amount) external onlyRewardsManager {
        emit RewardsPulled(to, amount);
        sendGrt(token, to, amount);
    }

    /// @inheritdoc IReservoir
    function burnRewards(uint256 amount) external onlyRewardsManager {
        emit RewardsBurned(amount);
        IGraphToken(token).burn(amount);
    }

    /// @inheritdoc IReservoir
    function getAccumulatedRewards(uint256 blockNumber) external view returns (uint256) {
        return accumulatedLayerRewards + getNewRewards(blockNumber);
    }

    /// @notice A power of a fixed-point number.
    /// @param x 1e18 fixed point.
    /// @param n A whole number.
    /// @return 1e18 fixed point.
    function pow(uint256 x, uint256 n) external pure returns (uint256) {
        return FixedPoint.pow(x, n);
    }

    /// @notice What a base grows by, at a rate per block.
    /// @param base In wei of GRT.
    /// @param rate Per block, 1e18 fixed point, with the 1.
    /// @param blocks How many blocks.
    /// @return In wei of GRT, rounded down.
    function newRewards(uint256 base, uint256 rate, uint256 blocks)
        external
        pure
        returns (uint256)
    {
        return FixedPoint.newRewards(base, rate, blocks);
    }

    /// @notice Rewards of this chain since the last update, in wei of GRT.
    /// @param blockNumber Until when; not before the last update.
    function getNewRewards(uint256 blockNumber) public view virtual returns (uint256);

    /// @dev Add to the rewards of this chain what has accrued until now, and go on with another
    /// base and rate. If the rate changes, rewards per signal are settled first.
    function _update(uint256 accrued, uint256 base, uint256 rate) internal {
        if (rate != issuanceRate) {
            IRewardsManager(rewardsManager).updateAccRewardsPerSignal();
            issuanceRate = rate;
        }
        accumulatedLayerRewards += accrued;
        issuanceBase = base;
        lastRewardsUpdateBlock = block.number;
    }

    /// @dev What the base has grown by since the last update.
    function _growth(uint256 blockNumber) internal view returns (uint256) {
        return FixedPoint.newRewards(
            issuanceBase, issuanceRate, blockNumber - lastRewardsUpdateBlock
        );
    }
}
