// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {AddressAlias} from "../../messaging/AddressAlias.sol";
import {IArbSys} from "../../messaging/interfaces/IArbSys.sol";
import {ILivepeerToken} from "../../tokens/interfaces/ILivepeerToken.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {PausableGateway} from "../common/PausableGateway.sol";
import {IGateway} from "../interfaces/IGateway.sol";
import {IL2LPTGateway} from "../interfaces/IL2LPTGateway.sol";
import {IL2Migrator} from "../interfaces/IL2Migrator.sol";
import {IMinter} from "../interfaces/IMinter.sol";

/// @title LPTGateway of L2: mints what is escrowed on L1, burns what goes back
/// @notice Tokens are named by their address on L1. A burn takes an allowance of the holder.
/// @dev Nothing here may fail for good once the message is sent: what L1 checked is not refused.
contract LPTGateway is PausableGateway, IL2LPTGateway {
    /// @notice LPT of L2.
    address public immutable token;

    /// @notice The Minter of L2.
    address public immutable minter;

    /// @notice The Migrator of L2.
    address public immutable migrator;

    /// @notice Where messages to L1 are sent.
    address public immutable arbSys;

    /// @notice Number of the next withdrawal.
    uint256 public nextExitNum;

    modifier onlyCounterpart() {
        if (msg.sender != AddressAlias.applyL1ToL2Alias(counterpart)) {
            revert OnlyCounterpartGateway(msg.sender);
        }
        _;
    }

    /// @param token_ LPT of L2.
    /// @param minter_ The Minter of L2.
    /// @param migrator_ The Migrator of L2.
    /// @param arbSys_ ArbSys.
    /// @param l1Token_ LPT of L1.
    /// @param counterpart_ The gateway of L1, not aliased.
    /// @param governor_ Who can pause and unpause.
    constructor(
        address token_,
        address minter_,
        address migrator_,
        address arbSys_,
        address l1Token_,
        address counterpart_,
        address governor_
    ) PausableGateway(l1Token_, counterpart_, governor_) {
        token = nonZero(token_);
        minter = nonZero(minter_);
        migrator = nonZero(migrator_);
        arbSys = nonZero(arbSys_);
    }

    /// @notice Burn LPT of the caller, to be paid on L1 after the challenge period.
    /// @param l1Token_ LPT of L1.
    /// @param to Who is paid on L1.
    /// @param amount In wei of LPT; the caller has allowed it to this contract.
    /// @param data Empty.
    /// @return l2ToL1Id Position of the message in ArbSys.
    function outboundTransfer(address l1Token_, address to, uint256 amount, bytes calldata data)
        external
        whenNotPaused
        returns (uint256 l2ToL1Id)
    {
        _requireLpt(l1Token_);
        _requireTransferable(to, amount);
        if (data.length > 0) revert CallHookDataNotAllowed();

        uint256 exitNum = nextExitNum++;
        ILivepeerToken(token).burnFrom(msg.sender, amount);
        bytes memory message = abi.encodeCall(
            IGateway.finalizeInboundTransfer,
            (l1Token_, msg.sender, to, amount, abi.encode(exitNum))
        );
        l2ToL1Id = IArbSys(arbSys).sendTxToL1(counterpart, message);
        emit WithdrawalInitiated(l1Token_, msg.sender, to, l2ToL1Id, exitNum, amount);
    }

    /// @inheritdoc IGateway
    function finalizeInboundTransfer(
        address l1Token_,
        address from,
        address to,
        uint256 amount,
        bytes calldata
    ) external onlyCounterpart {
        _requireLpt(l1Token_);
        IMinter(minter).mint(to, amount);
        emit DepositFinalized(l1Token_, from, to, amount);
    }

    /// @inheritdoc IL2LPTGateway
    function finalizeMigration(
        address delegator,
        address orchestrator,
        uint256 amount,
        uint256 migrationId
    ) external onlyCounterpart {
        IMinter(minter).mint(migrator, amount);
        IL2Migrator(migrator).migrate(delegator, orchestrator, amount, migrationId);
        emit DepositFinalized(l1Token, delegator, delegator, amount);
    }
}
