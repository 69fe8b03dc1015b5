// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The L2 address under which an L1 sender acts
/// @notice Every L1 sender of a message appears on L2 at its own address plus a fixed offset, so
/// that a contract of L1 cannot pass for an unrelated contract at the same address on L2.
/// @dev Both operations wrap modulo 2**160: a checked addition would revert for the about 6.5 % of
/// addresses that lie above 2**160 - OFFSET.
library AddressAlias {
    /// @notice What is added to an L1 address.
    uint160 internal constant OFFSET = uint160(0x1111000000000000000000000000000000001111);

    /// @notice The L2 alias of an L1 address.
    /// @param l1Address The address on L1.
    /// @return l2Address `(l1Address + OFFSET) mod 2**160`.
    function applyL1ToL2Alias(address l1Address) internal pure returns (address l2Address) {
        unchecked {
            l2Address = address(uint160(l1Address) + OFFSET);
        }
    }

    /// @notice The L1 address of an L2 alias; the inverse of `applyL1ToL2Alias`.
    /// @param l2Address The alias on L2.
    /// @return l1Address `(l2Address - OFFSET) mod 2**160`.
    function undoL1ToL2Alias(address l2Address) internal pure returns (address l1Address) {
        unchecked {
            l1Address = address(uint160(l2Address) - OFFSET);
        }
    }
}
