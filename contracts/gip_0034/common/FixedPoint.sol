// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title FixedPoint: powers of a rate, and the rewards that they give
/// @notice Numbers are 1e18 fixed point: 1e18 stands for 1.
/// @dev Arithmetic is checked: what does not fit in 256 bits reverts.
library FixedPoint {
    /// @notice 1 in fixed point.
    uint256 internal constant ONE = 1e18;

    /// @notice Half a unit: what rounds a product half up.
    uint256 internal constant HALF = 5e17;

    /// @notice A product, rounded half up.
    /// @param a Fixed point.
    /// @param b Fixed point.
    /// @return Fixed point.
    function mul(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a * b + HALF) / ONE;
    }

    /// @notice A power, by squaring and multiplying. Never squares once more than needed.
    /// @dev At the head of the loop the result is `z * x ** (2 * n)`, but for rounding.
    /// @param x The base, fixed point.
    /// @param n The exponent, a whole number.
    /// @return z Fixed point; 1 for the exponent 0.
    function pow(uint256 x, uint256 n) internal pure returns (uint256 z) {
        z = n % 2 == 0 ? ONE : x;
        for (n /= 2; n != 0; n /= 2) {
            x = mul(x, x);
            if (n % 2 != 0) z = mul(z, x);
        }
    }

    /// @notice What a base grows by, at a rate per block: `base * rate ** blocks - base`.
    /// @param base In wei of GRT.
    /// @param rate Per block, fixed point, with the 1; a rate of at most 1 gives nothing.
    /// @param blocks How many blocks.
    /// @return In wei of GRT, rounded down.
    function newRewards(uint256 base, uint256 rate, uint256 blocks)
        internal
        pure
        returns (uint256)
    {
        if (rate <= ONE || blocks == 0) return 0;
        return base * pow(rate, blocks) / ONE - base;
    }
}
