// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title L1ReservoirEvents: what the L1Reservoir announces and refuses
abstract contract L1ReservoirEvents {
    /// @notice The reservoir was started.
    /// @param blockNumber The block.
    /// @param issuanceBase What grows from now on, in wei of GRT.
    /// @param pendingRewards What was minted, in wei of GRT.
    event InitialSnapshotTaken(uint256 blockNumber, uint256 issuanceBase, uint256 pendingRewards);

    /// @notice Rewards were minted.
    /// @param caller Who dripped.
    /// @param minted All that was minted, in wei of GRT, with the keeper reward.
    /// @param sentToL2 What of it went to L2, in wei of GRT, with the keeper reward.
    /// @param keeperReward The keeper reward, in wei of GRT.
    /// @param nextDeadline The block until which rewards are minted.
    event RewardsDripped(
        address indexed caller,
        uint256 minted,
        uint256 sentToL2,
        uint256 keeperReward,
        uint256 nextDeadline
    );

    /// @notice Tokens and state were sent to L2.
    /// @param nonce Number of the message, from 0.
    /// @param issuanceBase What grows on L2, in wei of GRT.
    /// @param issuanceRate Growth per block, 1e18 fixed point.
    /// @param amount What was sent, in wei of GRT, with the keeper reward.
    /// @param keeperReward The keeper reward, in wei of GRT.
    /// @param keeper Who gets it on L2.
    event DripSent(
        uint256 indexed nonce,
        uint256 issuanceBase,
        uint256 issuanceRate,
        uint256 amount,
        uint256 keeperReward,
        address keeper
    );

    /// @notice The reward for a drip was paid on L1.
    /// @param keeper Who got it.
    /// @param amount In wei of GRT.
    event KeeperRewardPaid(address indexed keeper, uint256 amount);

    /// @notice The staged issuance rate took effect.
    /// @param value 1e18 fixed point.
    event IssuanceRateUpdated(uint256 value);

    /// @notice The staged fraction of L2 took effect.
    /// @param value 1e18 fixed point.
    event L2RewardsFractionUpdated(uint256 value);

    /// @notice An issuance rate was staged.
    /// @param value 1e18 fixed point.
    event IssuanceRateStaged(uint256 value);

    /// @notice A fraction of L2 was staged.
    /// @param value 1e18 fixed point.
    event L2RewardsFractionStaged(uint256 value);

    /// @notice The drip interval was set.
    /// @param value In blocks.
    event DripIntervalSet(uint256 value);

    /// @notice The least interval between drips was set.
    /// @param value In blocks.
    event MinDripIntervalSet(uint256 value);

    /// @notice The keeper reward was set.
    /// @param value In wei of GRT per block.
    event DripRewardPerBlockSet(uint256 value);

    /// @notice An account may drip without stake, or no longer.
    /// @param account The account.
    /// @param allowed Whether it may.
    event AllowedDripperSet(address indexed account, bool allowed);

    /// @notice The reservoir was started before.
    error AlreadyInitialised();

    /// @notice The reservoir was not started yet.
    error NotInitialised();

    /// @notice Without a supply there is nothing that could grow.
    error ZeroIssuanceBase();

    /// @notice The caller is no allowed dripper, no indexer and no operator of the indexer.
    /// @param caller Who tried.
    error NotAllowedToDrip(address caller);

    /// @notice The last drip was not long enough ago.
    /// @param firstBlock The first block in which a drip is possible.
    /// @param blockNumber The block now.
    error DripTooEarly(uint256 firstBlock, uint256 blockNumber);

    /// @notice Nobody was named to get the keeper reward.
    error InvalidBeneficiary();

    /// @notice The last drip has already minted what is due, or more: wait.
    /// @param due What must be there, in wei of GRT.
    /// @param minted What the last drip has minted.
    error MintNotPositive(uint256 due, uint256 minted);

    /// @notice L2 has already got more than it is due: wait, at most until the last deadline.
    /// @param due What L2 must have, in wei of GRT times 1e18.
    /// @param sent What was sent to it, in wei of GRT times 1e18.
    error NegativeL2Amount(uint256 due, uint256 sent);

    /// @notice No message is sent that could use ETH.
    /// @param value What was sent, in wei.
    error UnexpectedEth(uint256 value);
}
