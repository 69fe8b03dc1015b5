// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGateway} from "./IGateway.sol";

/// @title The gateway of L1
interface IL1GraphTokenGateway is IGateway {
    /// @notice Send GRT of the caller to L2. The ETH sent must be exactly
    /// `maxSubmissionCost + maxGas * gasPriceBid`; what is unused goes to the caller on L2.
    /// @param token GRT of L1.
    /// @param to Who gets it on L2.
    /// @param amount In wei of GRT, which the caller has allowed; 0 only with data for a hook.
    /// @param maxGas Gas on L2, in gas units.
    /// @param gasPriceBid Highest gas price on L2, in wei.
    /// @param data `abi.encode(uint256 maxSubmissionCost, bytes extraData)`, the latter for a hook.
    /// @return sequenceNumber Number of the message: the ticket id on L2.
    function outboundTransfer(
        address token,
        address to,
        uint256 amount,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes calldata data
    ) external payable returns (uint256 sequenceNumber);
}
