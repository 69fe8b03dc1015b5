// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {nonZero} from "../utils/NonZero.sol";
import {ILivepeerToken} from "./interfaces/ILivepeerToken.sol";

/// @title LivepeerToken: LPT on one chain
/// @notice One address can create tokens and at most one can destroy them, and that one only with
/// the allowance of the holder. No holder can burn on his own: every change of the supply is a
/// mint or a burn of the system, so that the supply equations are exact.
contract LivepeerToken is ERC20, ILivepeerToken {
    /// @notice The only address that can create tokens.
    address public immutable minter;

    /// @notice The only address that can destroy tokens; zero if nobody can.
    address public immutable burner;

    /// @param minter_ The only address that can create tokens.
    /// @param burner_ The only address that can destroy tokens; zero if nobody can.
    /// @param initialHolder Who gets the initial supply; unused if that is zero.
    /// @param initialSupply In wei of LPT.
    constructor(address minter_, address burner_, address initialHolder, uint256 initialSupply)
        ERC20("Livepeer Token", "LPT")
    {
        minter = nonZero(minter_);
        burner = burner_;
        if (initialSupply > 0) _mint(initialHolder, initialSupply);
    }

    /// @inheritdoc ILivepeerToken
    function mint(address to, uint256 amount) external {
        if (msg.sender != minter) revert OnlyMinter(msg.sender);
        _mint(to, amount);
    }

    /// @inheritdoc ILivepeerToken
    function burnFrom(address from, uint256 amount) external {
        if (msg.sender != burner) revert OnlyBurner(msg.sender);
        _spendAllowance(from, msg.sender, amount);
        _burn(from, amount);
    }
}
