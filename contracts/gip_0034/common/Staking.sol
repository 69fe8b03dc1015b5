// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {IEpochManager} from "../interfaces/IEpochManager.sol";
import {IRewardsManager} from "../interfaces/IRewardsManager.sol";
import {IStaking} from "../interfaces/IStaking.sol";
import {InvalidZeroAmount} from "./Errors.sol";
import {pullGrt, sendGrt} from "./GrtTransfer.sol";
import {Managed} from "./Managed.sol";

/// @title Staking: indexers and their allocations
/// @notice An indexer stakes GRT and allocates it to subgraphs. When it closes an allocation with a
/// proof of indexing, the rewards are added to its stake.
/// @dev Only what rewards need: there is no thawing, no slashing and no delegation. Rewards are
/// settled on the old allocations before they change.
contract Staking is Managed, IStaking {
    /// @notice What an indexer has at stake.
    /// @param tokensStaked All of it, in wei of GRT.
    /// @param tokensAllocated What of it is in active allocations.
    struct Stake {
        uint256 tokensStaked;
        uint256 tokensAllocated;
    }

    /// @notice GRT of this chain.
    address public immutable token;

    /// @notice Who settles and pays rewards.
    address public immutable rewardsManager;

    /// @notice Who counts epochs.
    address public immutable epochManager;

    /// @notice Stake by indexer.
    mapping(address indexer => Stake) public stakes;

    /// @notice Sum of `tokensStaked`.
    uint256 public totalStaked;

    /// @notice Who may act for an indexer.
    mapping(address indexer => mapping(address operator => bool allowed)) public isOperator;

    /// @notice Allocations by id; a closed one stays as it is.
    mapping(uint256 id => Allocation) public allocations;

    /// @notice Id of the next allocation.
    uint256 public nextAllocationId;

    /// @notice Tokens of all active allocations by subgraph, in wei of GRT.
    mapping(bytes32 subgraph => uint256 tokens) public subgraphAllocations;

    /// @notice An allocation that is open for more epochs than this can be closed by anyone.
    uint256 public maxAllocationEpochs;

    /// @notice An indexer added to its stake.
    /// @param indexer The indexer.
    /// @param tokens In wei of GRT.
    event StakeDeposited(address indexed indexer, uint256 tokens);

    /// @notice An indexer took stake out.
    /// @param indexer The indexer.
    /// @param tokens In wei of GRT.
    event StakeWithdrawn(address indexed indexer, uint256 tokens);

    /// @notice An account may act for an indexer, or no longer.
    /// @param indexer The indexer.
    /// @param operator The account.
    /// @param allowed Whether it may.
    event OperatorSet(address indexed indexer, address indexed operator, bool allowed);

    /// @notice An allocation was opened.
    /// @param indexer Whose.
    /// @param subgraph For what.
    /// @param id Its id.
    /// @param tokens In wei of GRT.
    /// @param epoch The epoch now.
    event AllocationCreated(
        address indexed indexer,
        bytes32 indexed subgraph,
        uint256 indexed id,
        uint256 tokens,
        uint256 epoch
    );

    /// @notice An allocation was closed.
    /// @param indexer Whose.
    /// @param subgraph For what.
    /// @param id Its id.
    /// @param tokens In wei of GRT.
    /// @param rewards What was added to the stake, in wei of GRT.
    /// @param poi The proof of indexing; zero if there was none.
    event AllocationClosed(
        address indexed indexer,
        bytes32 indexed subgraph,
        uint256 indexed id,
        uint256 tokens,
        uint256 rewards,
        bytes32 poi
    );

    /// @notice The longest time of an allocation was set.
    /// @param value In epochs.
    event MaxAllocationEpochsSet(uint256 value);

    /// @notice The caller may not act for the indexer.
    /// @param indexer The indexer.
    /// @param caller Who tried.
    error NotAuthorised(address indexer, address caller);

    /// @notice Nobody is an operator of himself.
    /// @param operator The account.
    error InvalidOperator(address operator);

    /// @notice Less stake is free than that.
    /// @param available What is free, in wei of GRT.
    /// @param tokens What was asked for.
    error InsufficientCapacity(uint256 available, uint256 tokens);

    /// @notice There is no such allocation.
    /// @param id The id given.
    error NoAllocation(uint256 id);

    /// @notice The allocation has been closed before.
    /// @param id Its id.
    error AllocationAlreadyClosed(uint256 id);

    /// @notice An allocation cannot be closed in the epoch that it was opened in.
    /// @param createdAtEpoch That epoch.
    error TooEarlyToClose(uint256 createdAtEpoch);

    /// @param controller_ The Controller of this chain.
    /// @param token_ GRT of this chain.
    /// @param rewardsManager_ Who settles and pays rewards.
    /// @param epochManager_ Who counts epochs.
    /// @param maxAllocationEpochs_ After more epochs anyone can close an allocation.
    constructor(
        address controller_,
        address token_,
        address rewardsManager_,
        address epochManager_,
        uint256 maxAllocationEpochs_
    ) Managed(controller_) {
        token = nonZero(token_);
        rewardsManager = nonZero(rewardsManager_);
        epochManager = nonZero(epochManager_);
        maxAllocationEpochs = maxAllocationEpochs_;
    }

    /// @notice Add to the stake of the caller.
    /// @param tokens In wei of GRT, which the caller has allowed to this contract.
    function stake(uint256 tokens) external notPaused {
        if (tokens == 0) revert InvalidZeroAmount();
        stakes[msg.sender].tokensStaked += tokens;
        totalStaked += tokens;
        emit StakeDeposited(msg.sender, tokens);
        pullGrt(token, msg.sender, address(this), tokens);
    }

    /// @notice Take stake of the caller out that is not allocated.
    /// @param tokens In wei of GRT.
    function unstake(uint256 tokens) external notPaused {
        if (tokens == 0) revert InvalidZeroAmount();
        _requireCapacity(msg.sender, tokens);
        stakes[msg.sender].tokensStaked -= tokens;
        totalStaked -= tokens;
        emit StakeWithdrawn(msg.sender, tokens);
        sendGrt(token, msg.sender, tokens);
    }

    /// @notice Say whether an account may act for the caller.
    /// @param operator The account.
    /// @param allowed Whether it may.
    function setOperator(address operator, bool allowed) external {
        if (operator == msg.sender) revert InvalidOperator(operator);
        isOperator[msg.sender][operator] = allowed;
        emit OperatorSet(msg.sender, operator, allowed);
    }

    /// @notice Open an allocation. The indexer or its operator.
    /// @param indexer Whose stake.
    /// @param subgraph For what.
    /// @param tokens In wei of GRT.
    /// @return id Its id.
    function allocate(address indexer, bytes32 subgraph, uint256 tokens)
        external
        notPaused
        returns (uint256 id)
    {
        if (!_isAuthorised(indexer)) revert NotAuthorised(indexer, msg.sender);
        if (tokens == 0) revert InvalidZeroAmount();
        _requireCapacity(indexer, tokens);

        uint256 acc = IRewardsManager(rewardsManager).onSubgraphAllocationUpdate(subgraph);
        uint256 epoch = IEpochManager(epochManager).currentEpoch();
        id = nextAllocationId++;
        allocations[id] = Allocation(indexer, subgraph, tokens, epoch, 0, acc);
        stakes[indexer].tokensAllocated += tokens;
        subgraphAllocations[subgraph] += tokens;
        emit AllocationCreated(indexer, subgraph, id, tokens, epoch);
    }

    /// @notice Close an allocation. The indexer or its operator; anyone, if it is open for too
    /// long. With a proof by the indexer its rewards are added to the stake; otherwise they are
    /// burned.
    /// @param id The allocation.
    /// @param poi The proof of indexing; zero for none.
    /// @return rewards What was added to the stake, in wei of GRT.
    function closeAllocation(uint256 id, bytes32 poi) external notPaused returns (uint256 rewards) {
        Allocation memory allocation = allocations[id];
        if (allocation.indexer == address(0)) revert NoAllocation(id);
        if (allocation.closedAtEpoch != 0) revert AllocationAlreadyClosed(id);
        uint256 epoch = IEpochManager(epochManager).currentEpoch();
        uint256 epochs = epoch - allocation.createdAtEpoch;
        if (epochs == 0) revert TooEarlyToClose(allocation.createdAtEpoch);
        bool authorised = _isAuthorised(allocation.indexer);
        if (!authorised && epochs <= maxAllocationEpochs) {
            revert NotAuthorised(allocation.indexer, msg.sender);
        }

        rewards = _collectRewards(id, authorised && poi != bytes32(0));
        allocations[id].closedAtEpoch = epoch;
        Stake storage staked = stakes[allocation.indexer];
        staked.tokensAllocated -= allocation.tokens;
        staked.tokensStaked += rewards;
        totalStaked += rewards;
        subgraphAllocations[allocation.subgraph] -= allocation.tokens;
        emit AllocationClosed(
            allocation.indexer, allocation.subgraph, id, allocation.tokens, rewards, poi
        );
    }

    /// @notice Set after how many epochs anyone can close an allocation. Only the governor.
    /// @param value In epochs.
    function setMaxAllocationEpochs(uint256 value) external onlyGovernor {
        maxAllocationEpochs = value;
        emit MaxAllocationEpochsSet(value);
    }

    /// @inheritdoc IStaking
    function getAllocation(uint256 id) external view returns (Allocation memory) {
        return allocations[id];
    }

    /// @inheritdoc IStaking
    function hasStake(address account) external view returns (bool) {
        return stakes[account].tokensStaked > 0;
    }

    /// @notice Stake that is not allocated, in wei of GRT.
    /// @param indexer Whose.
    function capacity(address indexer) public view returns (uint256) {
        Stake storage staked = stakes[indexer];
        return staked.tokensStaked - staked.tokensAllocated;
    }

    /// @dev Have the rewards of an active allocation paid to this contract, or burned.
    function _collectRewards(uint256 id, bool pay) private returns (uint256 rewards) {
        if (pay) return IRewardsManager(rewardsManager).takeRewards(id);
        IRewardsManager(rewardsManager).takeAndBurnRewards(id);
    }

    /// @dev Whether the caller may act for an indexer.
    function _isAuthorised(address indexer) private view returns (bool) {
        return msg.sender == indexer || isOperator[indexer][msg.sender];
    }

    /// @dev Revert if an indexer has less free stake than that.
    function _requireCapacity(address indexer, uint256 tokens) private view {
        uint256 available = capacity(indexer);
        if (tokens > available) revert InsufficientCapacity(available, tokens);
    }
}
