// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {ICuration} from "../interfaces/ICuration.sol";
import {IRewardsManager} from "../interfaces/IRewardsManager.sol";
import {InvalidZeroAmount} from "./Errors.sol";
import {pullGrt, sendGrt} from "./GrtTransfer.sol";
import {Managed} from "./Managed.sol";

/// @title Curation: which subgraphs are worth indexing
/// @notice A curator signals with GRT, which is kept here: one signal costs one GRT and gives it
/// back. A subgraph earns in proportion to its signal.
/// @dev Rewards are settled on the old signal before it changes.
contract Curation is Managed, ICuration {
    /// @notice GRT of this chain.
    address public immutable token;

    /// @notice Who settles rewards.
    address public immutable rewardsManager;

    /// @notice Signal by subgraph, in wei of GRT.
    mapping(bytes32 subgraph => uint256 tokens) public signal;

    /// @notice Signal by subgraph and curator, in wei of GRT.
    mapping(bytes32 subgraph => mapping(address curator => uint256 tokens)) public curatorSignal;

    /// @notice Sum of `signal`.
    uint256 public totalSignal;

    /// @notice A curator signalled.
    /// @param curator The curator.
    /// @param subgraph On what.
    /// @param tokens How much, in wei of GRT.
    event Signalled(address indexed curator, bytes32 indexed subgraph, uint256 tokens);

    /// @notice A curator took signal back.
    /// @param curator The curator.
    /// @param subgraph From what.
    /// @param tokens How much, in wei of GRT.
    event SignalBurned(address indexed curator, bytes32 indexed subgraph, uint256 tokens);

    /// @notice The curator has less signal than that.
    /// @param available What there is, in wei of GRT.
    /// @param tokens What was asked for.
    error InsufficientSignal(uint256 available, uint256 tokens);

    /// @param controller_ The Controller of this chain.
    /// @param token_ GRT of this chain.
    /// @param rewardsManager_ Who settles rewards.
    constructor(address controller_, address token_, address rewardsManager_)
        Managed(controller_)
    {
        token = nonZero(token_);
        rewardsManager = nonZero(rewardsManager_);
    }

    /// @notice Signal on a subgraph.
    /// @param subgraph Its id.
    /// @param tokens In wei of GRT, which the caller has allowed to this contract.
    function mint(bytes32 subgraph, uint256 tokens) external notPaused {
        if (tokens == 0) revert InvalidZeroAmount();
        IRewardsManager(rewardsManager).onSubgraphSignalUpdate(subgraph);
        signal[subgraph] += tokens;
        curatorSignal[subgraph][msg.sender] += tokens;
        totalSignal += tokens;
        emit Signalled(msg.sender, subgraph, tokens);
        pullGrt(token, msg.sender, address(this), tokens);
    }

    /// @notice Take signal back from a subgraph.
    /// @param subgraph Its id.
    /// @param tokens In wei of GRT.
    function burn(bytes32 subgraph, uint256 tokens) external notPaused {
        if (tokens == 0) revert InvalidZeroAmount();
        uint256 available = curatorSignal[subgraph][msg.sender];
        if (tokens > available) revert InsufficientSignal(available, tokens);
        IRewardsManager(rewardsManager).onSubgraphSignalUpdate(subgraph);
        signal[subgraph] -= tokens;
        curatorSignal[subgraph][msg.sender] = available - tokens;
        totalSignal -= tokens;
        emit SignalBurned(msg.sender, subgraph, tokens);
        sendGrt(token, msg.sender, tokens);
    }
}
