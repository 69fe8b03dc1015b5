// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGateway} from "./IGateway.sol";

/// @title The gateway of L1
interface IL1LPTGateway is IGateway {
    /// @notice LPT was escrowed and a message sent to L2.
    /// @param token LPT on L1.
    /// @param from Who sent it; the delegator in a migration.
    /// @param to Who gets it on L2; the delegator in a migration.
    /// @param sequenceNumber Number of the message: the ticket id on L2.
    /// @param amount In wei of LPT.
    event DepositInitiated(
        address token,
        address indexed from,
        address indexed to,
        uint256 indexed sequenceNumber,
        uint256 amount
    );

    /// @notice A burn on L2 was paid.
    /// @param token LPT on L1.
    /// @param from Who burned on L2.
    /// @param to Who was paid.
    /// @param exitNum Number of the withdrawal, from the gateway of L2.
    /// @param amount In wei of LPT.
    event WithdrawalFinalized(
        address token,
        address indexed from,
        address indexed to,
        uint256 indexed exitNum,
        uint256 amount
    );

    /// @notice The escrow did not cover a payment and was topped up.
    /// @param amount What was minted into the escrow, in wei of LPT.
    event EscrowMinted(uint256 amount);

    /// @notice The ticket must pay for its submission.
    error NoSubmissionCost();

    /// @notice The ETH sent is not exactly what the ticket costs.
    /// @param expected In wei.
    /// @param actual In wei.
    error WrongEthValue(uint256 expected, uint256 actual);

    /// @notice Messages from L2 come through the Bridge.
    /// @param caller Who tried.
    error NotFromBridge(address caller);

    /// @notice Escrow migrated stake of the caller and send the message that stakes it on L2. Only
    /// the Migrator.
    /// @param delegator Whose stake.
    /// @param orchestrator Whom it is delegated to on L2.
    /// @param amount In wei of LPT; the caller has allowed it.
    /// @param migrationId Id of the migration.
    /// @param maxSubmissionCost Highest submission fee, in wei.
    /// @param maxGas Gas on L2, in gas units.
    /// @param gasPriceBid Highest gas price on L2, in wei.
    /// @return sequenceNumber Number of the message.
    function outboundMigration(
        address delegator,
        address orchestrator,
        uint256 amount,
        uint256 migrationId,
        uint256 maxSubmissionCost,
        uint256 maxGas,
        uint256 gasPriceBid
    ) external payable returns (uint256 sequenceNumber);
}
