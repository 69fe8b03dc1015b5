// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {pullLpt, sendLpt} from "../../tokens/LptTransfer.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {Delegation} from "../common/Delegation.sol";
import {InvalidDelegate, InvalidZeroAmount, OnlyGovernor, OnlyMigrator} from "../common/Errors.sol";
import {IMinter} from "../interfaces/IMinter.sol";
import {IStakingManager} from "../interfaces/IStakingManager.sol";

/// @title StakingManager: stake, inflation and rewards on L2
/// @notice Keeps all LPT that is bonded or unbonding on L2. Once a round inflation moves one step
/// towards the target bonding rate, which fixes what may be minted in that round; each active
/// orchestrator may mint its share once. An orchestrator keeps all of its reward, as own stake;
/// what is delegated to it by others raises its share, but is not rewarded.
/// @dev Shares are of the stakes at the start of the round, so that they never sum to more than the
/// whole. A round starts with the first call in it that could change a stake. Percentages are in
/// units of 1 / PERC.
contract StakingManager is Delegation, IStakingManager {
    /// @notice The stake of an orchestrator before its first change in a round.
    /// @param round The round.
    /// @param stake `delegatedAmount` then, in wei of LPT.
    struct Snapshot {
        uint256 round;
        uint256 stake;
    }

    /// @notice 100 %.
    uint256 public constant PERC = 1_000_000_000;

    /// @notice Highest L1 supply that can be set, in wei of LPT; keeps `_touchRound` from overflow.
    uint256 public constant MAX_L1_SUPPLY = type(uint128).max;

    /// @notice LPT of L2.
    address public immutable token;

    /// @notice The Minter of L2.
    address public immutable minter;

    /// @notice The only one that can stake for others.
    address public immutable migrator;

    /// @notice Who can set the parameters, and nothing else.
    address public immutable governor;

    /// @notice What is minted per round, as a share of the supply of both chains, in 1 / PERC.
    uint256 public inflation;

    /// @notice How much `inflation` changes in a round, in 1 / PERC.
    uint256 public inflationChange;

    /// @notice Share of the supply that should be bonded, in 1 / PERC.
    uint256 public targetBondingRate;

    /// @notice LPT that circulates on L1, in wei. L2 cannot see it: the value is trusted, and as
    /// recent as the last time that the governor set it.
    uint256 public l1CirculatingSupply;

    /// @notice The round in which inflation was last adjusted.
    uint256 public lastInitializedRound;

    /// @notice What may be minted in that round, in wei of LPT.
    uint256 public mintableTokens;

    /// @notice What has been minted in that round, in wei of LPT.
    uint256 public mintedTokens;

    /// @notice Stake of all registered orchestrators at the start of that round, in wei of LPT.
    uint256 public roundTotalStake;

    /// @notice The round of the last reward of an orchestrator.
    mapping(address orchestrator => uint256 round) public lastRewardRound;

    /// @notice The stake of an orchestrator before its first change in its last round of changes.
    mapping(address orchestrator => Snapshot) public stakeSnapshots;

    /// @notice Inflation was adjusted.
    /// @param round The round.
    /// @param inflation The new inflation, in 1 / PERC.
    /// @param mintableTokens What may be minted in the round, in wei of LPT.
    /// @param roundTotalStake Stake of all registered orchestrators, in wei of LPT.
    event NewRound(
        uint256 indexed round, uint256 inflation, uint256 mintableTokens, uint256 roundTotalStake
    );

    /// @notice An orchestrator minted its reward.
    /// @param orchestrator The orchestrator.
    /// @param round The round.
    /// @param amount In wei of LPT.
    event Reward(address indexed orchestrator, uint256 indexed round, uint256 amount);

    /// @notice The L1 supply was set.
    /// @param value In wei of LPT.
    event L1SupplySet(uint256 value);

    /// @notice The step of inflation was set.
    /// @param value In 1 / PERC.
    event InflationChangeSet(uint256 value);

    /// @notice The target bonding rate was set.
    /// @param value In 1 / PERC.
    event TargetBondingRateSet(uint256 value);

    /// @notice Only an active orchestrator gets a reward.
    /// @param caller Who tried.
    error NotActiveOrchestrator(address caller);

    /// @notice There is one reward a round.
    /// @param round The round of that reward.
    error RewardAlreadyCalled(uint256 round);

    /// @notice More than the round allows would be minted. Never happens.
    /// @param mintable In wei of LPT.
    /// @param minted In wei of LPT.
    error MintableExceeded(uint256 mintable, uint256 minted);

    /// @notice A parameter is above its maximum.
    /// @param max The maximum.
    /// @param value The value given.
    error ParameterTooLarge(uint256 max, uint256 value);

    modifier onlyGovernor() {
        if (msg.sender != governor) revert OnlyGovernor(msg.sender);
        _;
    }

    /// @param token_ LPT of L2.
    /// @param minter_ The Minter of L2.
    /// @param migrator_ The Migrator of L2.
    /// @param governor_ Who can set the parameters.
    /// @param roundLength_ Length of a round, in blocks.
    /// @param unbondingPeriod_ Rounds from unbonding to withdrawal.
    /// @param inflation_ Inflation before the first adjustment, in 1 / PERC; at most PERC.
    /// @param inflationChange_ Step of inflation, in 1 / PERC; at most PERC.
    /// @param targetBondingRate_ Target bonding rate, in 1 / PERC; at most PERC.
    constructor(
        address token_,
        address minter_,
        address migrator_,
        address governor_,
        uint256 roundLength_,
        uint256 unbondingPeriod_,
        uint256 inflation_,
        uint256 inflationChange_,
        uint256 targetBondingRate_
    ) Delegation(roundLength_, unbondingPeriod_) {
        token = nonZero(token_);
        minter = nonZero(minter_);
        migrator = nonZero(migrator_);
        governor = nonZero(governor_);
        inflation = _atMost(PERC, inflation_);
        inflationChange = _atMost(PERC, inflationChange_);
        targetBondingRate = _atMost(PERC, targetBondingRate_);
        lastInitializedRound = block.number / roundLength_;
    }

    /// @notice Adjust inflation if that has not been done in this round. Anyone.
    function initializeRound() external {
        _touchRound();
    }

    /// @inheritdoc IStakingManager
    function stakeFor(address delegator, address orchestrator, uint256 amount) external {
        if (msg.sender != migrator) revert OnlyMigrator(msg.sender);
        _touchRound();
        if (amount == 0) revert InvalidZeroAmount();
        Delegator storage owner = delegators[delegator];
        address to = owner.bondedAmount > 0 ? owner.delegate : orchestrator;
        if (to == address(0)) revert InvalidDelegate();
        _addStake(delegator, amount, to);
        _collect(msg.sender, amount);
    }

    /// @notice Mint the reward of the caller for this round, into its own stake.
    /// @return amount In wei of LPT.
    function reward() external returns (uint256 amount) {
        _touchRound();
        if (!isActiveOrchestrator(msg.sender)) revert NotActiveOrchestrator(msg.sender);
        uint256 round = currentRound();
        if (lastRewardRound[msg.sender] == round) revert RewardAlreadyCalled(round);

        amount = _share(rewardStake(msg.sender));
        uint256 minted = mintedTokens + amount;
        if (minted > mintableTokens) revert MintableExceeded(mintableTokens, minted);
        lastRewardRound[msg.sender] = round;
        mintedTokens = minted;
        if (amount > 0) {
            _addStake(msg.sender, amount, msg.sender);
            IMinter(minter).mint(address(this), amount);
        }
        emit Reward(msg.sender, round, amount);
    }

    /// @notice Set the LPT that circulates on L1. Only the governor.
    /// @param value In wei of LPT.
    function setL1Supply(uint256 value) external onlyGovernor {
        l1CirculatingSupply = _atMost(MAX_L1_SUPPLY, value);
        emit L1SupplySet(value);
    }

    /// @notice Set the step of inflation. Only the governor.
    /// @param value In 1 / PERC; at most PERC.
    function setInflationChange(uint256 value) external onlyGovernor {
        inflationChange = _atMost(PERC, value);
        emit InflationChangeSet(value);
    }

    /// @notice Set the target bonding rate. Only the governor.
    /// @param value In 1 / PERC; at most PERC.
    function setTargetBondingRate(uint256 value) external onlyGovernor {
        targetBondingRate = _atMost(PERC, value);
        emit TargetBondingRateSet(value);
    }

    /// @notice The stake of an orchestrator at the start of this round, in wei of LPT.
    /// @param orchestrator The orchestrator.
    function rewardStake(address orchestrator) public view returns (uint256) {
        Snapshot storage snapshot = stakeSnapshots[orchestrator];
        if (snapshot.round == currentRound()) return snapshot.stake;
        return delegators[orchestrator].delegatedAmount;
    }

    /// @dev Start the round: adjust inflation, fix what may be minted and of which total stake.
    /// Rounds without any call are not made up for.
    function _touchRound() internal override {
        uint256 round = currentRound();
        if (round == lastInitializedRound) return;
        lastInitializedRound = round;
        uint256 supply = IERC20(token).totalSupply() + l1CirculatingSupply;
        uint256 newInflation = _adjustedInflation(supply);
        inflation = newInflation;
        mintableTokens = supply * newInflation / PERC;
        mintedTokens = 0;
        roundTotalStake = totalRegisteredStake;
        emit NewRound(round, newInflation, mintableTokens, roundTotalStake);
    }

    /// @dev Keep the stake of the start of the round, at its first change.
    function _beforeDelegatedChange(address delegate) internal override {
        Snapshot storage snapshot = stakeSnapshots[delegate];
        uint256 round = currentRound();
        if (snapshot.round == round) return;
        snapshot.round = round;
        snapshot.stake = delegators[delegate].delegatedAmount;
    }

    /// @inheritdoc Delegation
    function _collect(address from, uint256 amount) internal override {
        pullLpt(token, from, address(this), amount);
    }

    /// @inheritdoc Delegation
    function _pay(address to, uint256 amount) internal override {
        sendLpt(token, to, amount);
    }

    /// @dev Anyone may add to its stake on L2.
    function _beforeBond(address) internal view override {}

    /// @dev Inflation for a new round, one step from that of the last towards the target.
    function _adjustedInflation(uint256 supply) private view returns (uint256) {
        uint256 rate = supply == 0 ? 0 : totalBonded * PERC / supply;
        if (rate < targetBondingRate) return inflation + inflationChange;
        if (rate == targetBondingRate) return inflation;
        return inflation > inflationChange ? inflation - inflationChange : 0;
    }

    /// @dev The part of the mintable tokens that goes to a stake; both divisions round down.
    function _share(uint256 stake) private view returns (uint256) {
        if (roundTotalStake == 0) return 0;
        return mintableTokens * (stake * PERC / roundTotalStake) / PERC;
    }

    /// @dev Pass a parameter through unless it is above its maximum.
    function _atMost(uint256 max, uint256 value) private pure returns (uint256) {
        if (value > max) revert ParameterTooLarge(max, value);
        return value;
    }
}
