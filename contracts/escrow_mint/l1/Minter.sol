// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {sendLpt} from "../../tokens/LptTransfer.sol";
import {ILivepeerToken} from "../../tokens/interfaces/ILivepeerToken.sol";
import {sendEth} from "../../utils/EthTransfer.sol";
import {nonZero} from "../../utils/NonZero.sol";
import {OnlyGateway} from "../common/Errors.sol";
import {IL1Minter} from "../interfaces/IL1Minter.sol";
import {IMinter} from "../interfaces/IMinter.sol";

/// @title Minter of L1
/// @notice The only minter of LPT of L1; its authority is passed on to the gateway alone, so that
/// LPT of L1 is only ever minted for a message from L2. Keeps all LPT that is bonded or unbonding
/// on L1, and the ETH of the fees.
contract Minter is IL1Minter {
    /// @notice LPT of L1.
    address public immutable token;

    /// @notice The only one that can have LPT minted.
    address public immutable gateway;

    /// @notice The only one that can move what is in custody.
    address public immutable bondingManager;

    modifier onlyBondingManager() {
        if (msg.sender != bondingManager) revert OnlyBondingManager(msg.sender);
        _;
    }

    /// @param token_ LPT of L1.
    /// @param gateway_ The gateway of L1.
    /// @param bondingManager_ The BondingManager.
    constructor(address token_, address gateway_, address bondingManager_) {
        token = nonZero(token_);
        gateway = nonZero(gateway_);
        bondingManager = nonZero(bondingManager_);
    }

    /// @inheritdoc IMinter
    function mint(address to, uint256 amount) external {
        if (msg.sender != gateway) revert OnlyGateway(msg.sender);
        ILivepeerToken(token).mint(to, amount);
    }

    /// @inheritdoc IL1Minter
    function trustedWithdrawTokens(address to, uint256 amount) external onlyBondingManager {
        sendLpt(token, to, amount);
    }

    /// @inheritdoc IL1Minter
    function trustedWithdrawETH(address to, uint256 amount) external onlyBondingManager {
        sendEth(to, amount);
    }

    /// @inheritdoc IL1Minter
    function depositETH() external payable onlyBondingManager {}
}
