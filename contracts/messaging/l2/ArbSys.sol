// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {IArbSys} from "../interfaces/IArbSys.sol";

/// @title ArbSys: messages from L2 to L1
/// @notice ETH sent here leaves L2: it is locked for ever, and the Bridge pays it out on L1.
contract ArbSys is IArbSys {
    /// @notice Messages sent so far; the position of the next message.
    uint256 public sendCount;

    /// @inheritdoc IArbSys
    function sendTxToL1(address destination, bytes calldata data)
        external
        payable
        returns (uint256 position)
    {
        position = sendCount++;
        emit L2ToL1Tx(msg.sender, destination, position, msg.value, data);
    }
}
