// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGateway} from "./IGateway.sol";

/// @title The gateway of L2
interface IL2LPTGateway is IGateway {
    /// @notice LPT that was escrowed on L1 was minted.
    /// @param token LPT on L1.
    /// @param from Who sent it; the delegator in a migration.
    /// @param to Who got it; the delegator in a migration, whose stake it is now.
    /// @param amount In wei of LPT.
    event DepositFinalized(
        address token, address indexed from, address indexed to, uint256 amount
    );

    /// @notice LPT was burned and a message sent to L1.
    /// @param token LPT on L1.
    /// @param from Who burned.
    /// @param to Who will be paid on L1.
    /// @param l2ToL1Id Position of the message in ArbSys.
    /// @param exitNum Number of the withdrawal, from 0.
    /// @param amount In wei of LPT.
    event WithdrawalInitiated(
        address token,
        address indexed from,
        address indexed to,
        uint256 indexed l2ToL1Id,
        uint256 exitNum,
        uint256 amount
    );

    /// @notice Mint stake that was escrowed on L1 and stake it.
    /// @dev Only for a message of the counterpart. Never paused.
    /// @param delegator Whose stake.
    /// @param orchestrator Whom it is delegated to.
    /// @param amount In wei of LPT.
    /// @param migrationId Id of the migration.
    function finalizeMigration(
        address delegator,
        address orchestrator,
        uint256 amount,
        uint256 migrationId
    ) external;
}
