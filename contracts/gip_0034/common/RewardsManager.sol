// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {ICuration} from "../interfaces/ICuration.sol";
import {IReservoir} from "../interfaces/IReservoir.sol";
import {IRewardsManager} from "../interfaces/IRewardsManager.sol";
import {IStaking} from "../interfaces/IStaking.sol";
import {OnlyStaking} from "./Errors.sol";
import {FixedPoint} from "./FixedPoint.sol";
import {Managed} from "./Managed.sol";

/// @title RewardsManager: who has earned what of the rewards of this chain
/// @notice The rewards of the chain are shared among subgraphs by signal, and the rewards of a
/// subgraph among its allocations by tokens. Both are settled before signal or allocations change.
/// @dev What is called *acc* accumulates for ever and never decreases, also when a subgraph loses
/// its signal or its last allocation.
contract RewardsManager is Managed, IRewardsManager {
    /// @notice What a subgraph has earned.
    /// @param accRewardsForSubgraph Settled so far, in wei of GRT.
    /// @param accRewardsForSubgraphSnapshot The same when its allocations were last settled.
    /// @param accRewardsPerSignalSnapshot `accRewardsPerSignal` when its signal was last settled.
    /// @param accRewardsPerAllocatedToken In wei of GRT per GRT allocated, 1e18 fixed point.
    struct Subgraph {
        uint256 accRewardsForSubgraph;
        uint256 accRewardsForSubgraphSnapshot;
        uint256 accRewardsPerSignalSnapshot;
        uint256 accRewardsPerAllocatedToken;
    }

    /// @notice Who knows signals.
    address public immutable curation;

    /// @notice Who knows allocations, and the only one that can take rewards.
    address public immutable staking;

    /// @notice Who knows and keeps the rewards of this chain.
    address public immutable reservoir;

    /// @notice Rewards per signal at the last update, in wei of GRT per GRT of signal, 1e18 fixed
    /// point.
    uint256 public accRewardsPerSignal;

    /// @notice Rewards of this chain at the last update, in wei of GRT.
    uint256 public accRewardsOnLastSignalUpdate;

    /// @notice What subgraphs have earned.
    mapping(bytes32 subgraph => Subgraph) public subgraphs;

    /// @notice The least signal that earns rewards, in wei of GRT.
    uint256 public minimumSubgraphSignal;

    /// @notice Subgraphs whose rewards are burned when they are taken.
    mapping(bytes32 subgraph => bool) public denied;

    /// @notice Who can deny rewards; zero if nobody can.
    address public subgraphAvailabilityOracle;

    /// @notice Rewards were paid to Staking.
    /// @param subgraph For what.
    /// @param allocationId The allocation.
    /// @param amount In wei of GRT.
    event RewardsAssigned(bytes32 indexed subgraph, uint256 indexed allocationId, uint256 amount);

    /// @notice Rewards were burned since the subgraph is denied.
    /// @param subgraph For what.
    /// @param allocationId The allocation.
    /// @param amount In wei of GRT.
    event RewardsDenied(bytes32 indexed subgraph, uint256 indexed allocationId, uint256 amount);

    /// @notice Rewards were burned since there was no proof of indexing, or it was too late.
    /// @param subgraph For what.
    /// @param allocationId The allocation.
    /// @param amount In wei of GRT.
    event RewardsForfeited(bytes32 indexed subgraph, uint256 indexed allocationId, uint256 amount);

    /// @notice The least signal that earns rewards was set.
    /// @param value In wei of GRT.
    event MinimumSubgraphSignalSet(uint256 value);

    /// @notice The oracle that can deny rewards was set.
    /// @param oracle The oracle.
    event SubgraphAvailabilityOracleSet(address oracle);

    /// @notice A subgraph was denied, or no longer is.
    /// @param subgraph The subgraph.
    /// @param denied Whether it is.
    event DeniedSet(bytes32 indexed subgraph, bool denied);

    /// @notice Only the availability oracle may do this.
    /// @param caller Who tried.
    error OnlyAvailabilityOracle(address caller);

    modifier onlyStaking() {
        if (msg.sender != staking) revert OnlyStaking(msg.sender);
        _;
    }

    /// @param controller_ The Controller of this chain.
    /// @param curation_ Curation of this chain.
    /// @param staking_ Staking of this chain.
    /// @param reservoir_ The reservoir of this chain.
    constructor(address controller_, address curation_, address staking_, address reservoir_)
        Managed(controller_)
    {
        curation = nonZero(curation_);
        staking = nonZero(staking_);
        reservoir = nonZero(reservoir_);
    }

    /// @inheritdoc IRewardsManager
    function takeRewards(uint256 allocationId) external onlyStaking returns (uint256 rewards) {
        (bytes32 subgraph, uint256 amount) = _settleAllocation(allocationId);
        if (denied[subgraph]) {
            emit RewardsDenied(subgraph, allocationId, amount);
            _burn(amount);
            return 0;
        }
        emit RewardsAssigned(subgraph, allocationId, amount);
        if (amount > 0) IReservoir(reservoir).pullRewards(staking, amount);
        return amount;
    }

    /// @inheritdoc IRewardsManager
    function takeAndBurnRewards(uint256 allocationId) external onlyStaking {
        (bytes32 subgraph, uint256 amount) = _settleAllocation(allocationId);
        emit RewardsForfeited(subgraph, allocationId, amount);
        _burn(amount);
    }

    /// @notice Set the least signal that earns rewards. Only the governor.
    /// @dev Counts for a subgraph from the last time that its signal was settled.
    /// @param value In wei of GRT.
    function setMinimumSubgraphSignal(uint256 value) external onlyGovernor {
        minimumSubgraphSignal = value;
        emit MinimumSubgraphSignalSet(value);
    }

    /// @notice Set who can deny rewards. Only the governor.
    /// @param oracle The oracle; zero for nobody.
    function setSubgraphAvailabilityOracle(address oracle) external onlyGovernor {
        subgraphAvailabilityOracle = oracle;
        emit SubgraphAvailabilityOracleSet(oracle);
    }

    /// @notice Deny rewards to a subgraph, or no longer. Only the availability oracle.
    /// @param subgraph Its id.
    /// @param value Whether they are denied.
    function setDenied(bytes32 subgraph, bool value) external {
        if (msg.sender != subgraphAvailabilityOracle) revert OnlyAvailabilityOracle(msg.sender);
        denied[subgraph] = value;
        emit DeniedSet(subgraph, value);
    }

    /// @notice What an active allocation would get if it was closed now, in wei of GRT; 0 if it is
    /// not active.
    /// @param allocationId The allocation.
    function getRewards(uint256 allocationId) external view returns (uint256) {
        IStaking.Allocation memory allocation = IStaking(staking).getAllocation(allocationId);
        if (allocation.indexer == address(0) || allocation.closedAtEpoch != 0) return 0;
        return _rewardsOf(allocation, getAccRewardsPerAllocatedToken(allocation.subgraph));
    }

    /// @inheritdoc IRewardsManager
    function updateAccRewardsPerSignal() public returns (uint256) {
        uint256 acc = getAccRewardsPerSignal();
        accRewardsPerSignal = acc;
        accRewardsOnLastSignalUpdate = _accumulatedRewards();
        return acc;
    }

    /// @inheritdoc IRewardsManager
    function onSubgraphSignalUpdate(bytes32 subgraph) public returns (uint256) {
        uint256 perSignal = updateAccRewardsPerSignal();
        uint256 acc = getAccRewardsForSubgraph(subgraph);
        Subgraph storage earned = subgraphs[subgraph];
        earned.accRewardsForSubgraph = acc;
        earned.accRewardsPerSignalSnapshot = perSignal;
        return acc;
    }

    /// @inheritdoc IRewardsManager
    function onSubgraphAllocationUpdate(bytes32 subgraph) public returns (uint256) {
        uint256 forSubgraph = onSubgraphSignalUpdate(subgraph);
        uint256 acc = getAccRewardsPerAllocatedToken(subgraph);
        Subgraph storage earned = subgraphs[subgraph];
        earned.accRewardsPerAllocatedToken = acc;
        earned.accRewardsForSubgraphSnapshot = forSubgraph;
        return acc;
    }

    /// @notice Rewards per signal since the last update, in wei of GRT per GRT of signal, 1e18
    /// fixed point; 0 if there is no signal.
    function getNewRewardsPerSignal() public view returns (uint256) {
        uint256 totalSignal = ICuration(curation).totalSignal();
        if (totalSignal == 0) return 0;
        uint256 rewards = _accumulatedRewards() - accRewardsOnLastSignalUpdate;
        return rewards * FixedPoint.ONE / totalSignal;
    }

    /// @notice Rewards per signal until now, in wei of GRT per GRT of signal, 1e18 fixed point.
    function getAccRewardsPerSignal() public view returns (uint256) {
        return accRewardsPerSignal + getNewRewardsPerSignal();
    }

    /// @notice What a subgraph has earned until now, in wei of GRT.
    /// @param subgraph Its id.
    function getAccRewardsForSubgraph(bytes32 subgraph) public view returns (uint256) {
        Subgraph storage earned = subgraphs[subgraph];
        uint256 acc = earned.accRewardsForSubgraph;
        uint256 signal = ICuration(curation).signal(subgraph);
        if (signal < minimumSubgraphSignal) return acc;
        uint256 perSignal = getAccRewardsPerSignal() - earned.accRewardsPerSignalSnapshot;
        return acc + perSignal * signal / FixedPoint.ONE;
    }

    /// @notice What an allocated token of a subgraph has earned until now, in wei of GRT per GRT
    /// allocated, 1e18 fixed point.
    /// @param subgraph Its id.
    function getAccRewardsPerAllocatedToken(bytes32 subgraph) public view returns (uint256) {
        Subgraph storage earned = subgraphs[subgraph];
        uint256 acc = earned.accRewardsPerAllocatedToken;
        uint256 allocated = IStaking(staking).subgraphAllocations(subgraph);
        if (allocated == 0) return acc;
        uint256 rewards =
            getAccRewardsForSubgraph(subgraph) - earned.accRewardsForSubgraphSnapshot;
        return acc + rewards * FixedPoint.ONE / allocated;
    }

    /// @dev Settle the subgraph of an allocation, and say what the allocation has earned.
    function _settleAllocation(uint256 allocationId)
        private
        returns (bytes32 subgraph, uint256 amount)
    {
        IStaking.Allocation memory allocation = IStaking(staking).getAllocation(allocationId);
        subgraph = allocation.subgraph;
        amount = _rewardsOf(allocation, onSubgraphAllocationUpdate(subgraph));
    }

    /// @dev Burn rewards of the reservoir.
    function _burn(uint256 amount) private {
        if (amount > 0) IReservoir(reservoir).burnRewards(amount);
    }

    /// @dev Rewards of this chain until now, in wei of GRT.
    function _accumulatedRewards() private view returns (uint256) {
        return IReservoir(reservoir).getAccumulatedRewards(block.number);
    }

    /// @dev What an allocation has earned, given what a token of its subgraph has earned.
    function _rewardsOf(IStaking.Allocation memory allocation, uint256 accPerAllocatedToken)
        private
        pure
        returns (uint256)
    {
        uint256 perToken = accPerAllocatedToken - allocation.accRewardsPerAllocatedToken;
        return perToken * allocation.tokens / FixedPoint.ONE;
    }
}
