// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {nonZero} from "../../utils/NonZero.sol";
import {ILivepeerToken} from "../../tokens/interfaces/ILivepeerToken.sol";
import {IMinter} from "../interfaces/IMinter.sol";

/// @title Minter of L2
/// @notice The only minter of LPT of L2; its authority is passed on to the gateway, for what is
/// escrowed on L1, and to the StakingManager, for rewards.
contract Minter is IMinter {
    /// @notice LPT of L2.
    address public immutable token;

    /// @notice Mints what arrives from L1.
    address public immutable gateway;

    /// @notice Mints rewards.
    address public immutable stakingManager;

    /// @notice Only the gateway and the StakingManager may have LPT minted.
    /// @param caller Who tried.
    error OnlyMintingAuthority(address caller);

    /// @param token_ LPT of L2.
    /// @param gateway_ The gateway of L2.
    /// @param stakingManager_ The StakingManager.
    constructor(address token_, address gateway_, address stakingManager_) {
        token = nonZero(token_);
        gateway = nonZero(gateway_);
        stakingManager = nonZero(stakingManager_);
    }

    /// @inheritdoc IMinter
    function mint(address to, uint256 amount) external {
        if (msg.sender != gateway && msg.sender != stakingManager) {
            revert OnlyMintingAuthority(msg.sender);
        }
        ILivepeerToken(token).mint(to, amount);
    }
}
