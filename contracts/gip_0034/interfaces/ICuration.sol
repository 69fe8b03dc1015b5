// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What rewards need to know of curation
interface ICuration {
    /// @notice Signal of a subgraph, in wei of GRT.
    /// @param subgraph Its id.
    function signal(bytes32 subgraph) external view returns (uint256);

    /// @notice Signal of all subgraphs, in wei of GRT.
    function totalSignal() external view returns (uint256);
}
