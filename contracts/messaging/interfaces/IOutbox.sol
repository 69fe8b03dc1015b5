// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Where messages from L2 are executed on L1, once each, in any order
interface IOutbox {
    /// @notice The challenge period of the assertion that contains a message is over.
    /// @param index Position of the message in ArbSys.
    /// @param itemHash Commitment to the message.
    event ItemConfirmed(uint256 indexed index, bytes32 itemHash);

    /// @notice A message from L2 was executed.
    /// @param to The account called on L1.
    /// @param l2Sender Who sent the message on L2.
    /// @param index Position of the message in ArbSys.
    /// @param value ETH paid by the Bridge, in wei.
    event OutboxTransactionExecuted(
        address indexed to, address indexed l2Sender, uint256 indexed index, uint256 value
    );

    /// @notice Only the rollup may confirm messages.
    /// @param caller Who tried.
    error NotRollup(address caller);

    /// @notice A commitment is never zero: zero stands for an unconfirmed message.
    error ZeroItemHash();

    /// @notice The message is confirmed already.
    /// @param index Its position.
    error AlreadyConfirmed(uint256 index);

    /// @notice No message is confirmed at this position.
    /// @param index The position.
    error NotConfirmed(uint256 index);

    /// @notice The message was executed before.
    /// @param index Its position.
    error AlreadySpent(uint256 index);

    /// @notice The arguments are not those of the confirmed message.
    /// @param index Its position.
    error WrongItem(uint256 index);

    /// @notice The call on L1 failed without a reason.
    error BridgeCallFailed();

    /// @notice Confirm a message, once. Only the rollup.
    /// @param index Position of the message in ArbSys.
    /// @param itemHash See `calculateItemHash`; not zero.
    function confirm(uint256 index, bytes32 itemHash) external;

    /// @notice Execute a confirmed message that has not been executed. Anyone, any order, any time.
    /// @dev A failure reverts everything with the reason of the call: the message stays as it was.
    /// @param index Position of the message in ArbSys.
    /// @param l2Sender Who sent it on L2.
    /// @param to The account to call.
    /// @param value ETH that the Bridge pays, in wei.
    /// @param data Calldata.
    function executeTransaction(
        uint256 index,
        address l2Sender,
        address to,
        uint256 value,
        bytes calldata data
    ) external;

    /// @notice The L2 sender of the message that is being executed, 0 outside of an execution.
    function l2ToL1Sender() external view returns (address);

    /// @notice Whether the message at a position has been executed.
    /// @param index The position.
    function isSpent(uint256 index) external view returns (bool);

    /// @notice The commitment to a message.
    /// @param index Position of the message in ArbSys.
    /// @param l2Sender Who sent it on L2.
    /// @param to The account to call on L1.
    /// @param value ETH, in wei.
    /// @param data Calldata.
    /// @return `keccak256(abi.encode(index, l2Sender, to, value, data))`.
    function calculateItemHash(
        uint256 index,
        address l2Sender,
        address to,
        uint256 value,
        bytes calldata data
    ) external pure returns (bytes32);
}
