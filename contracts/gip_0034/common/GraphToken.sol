// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IGraphToken} from "../interfaces/IGraphToken.sol";
import {Managed} from "./Managed.sol";

/// @title GraphToken: GRT on one chain
/// @notice The governor says who can create tokens: on L1 the reservoir, on L2 the gateway. Every
/// holder can destroy his own.
contract GraphToken is ERC20, Managed, IGraphToken {
    /// @notice Who can create tokens.
    mapping(address account => bool allowed) public minters;

    /// @notice An account may create tokens, or no longer.
    /// @param account The account.
    /// @param allowed Whether it may.
    event MinterSet(address indexed account, bool allowed);

    /// @notice A minter created tokens.
    /// @param minter The minter.
    /// @param to Who got them.
    /// @param amount In wei of GRT.
    event TokensMinted(address indexed minter, address indexed to, uint256 amount);

    /// @notice Tokens were destroyed.
    /// @param burner Who did it.
    /// @param from Whose they were.
    /// @param amount In wei of GRT.
    event TokensBurned(address indexed burner, address indexed from, uint256 amount);

    /// @notice Only a minter may do this.
    /// @param caller Who tried.
    error OnlyMinter(address caller);

    /// @param controller_ The Controller of this chain.
    /// @param initialHolder Who gets the initial supply; unused if that is zero.
    /// @param initialSupply In wei of GRT.
    constructor(address controller_, address initialHolder, uint256 initialSupply)
        ERC20("Graph Token", "GRT")
        Managed(controller_)
    {
        if (initialSupply > 0) _mint(initialHolder, initialSupply);
    }

    /// @notice Say whether an account may create tokens. Only the governor.
    /// @param account The account.
    /// @param allowed Whether it may.
    function setMinter(address account, bool allowed) external onlyGovernor {
        minters[account] = allowed;
        emit MinterSet(account, allowed);
    }

    /// @inheritdoc IGraphToken
    function mint(address to, uint256 amount) external {
        if (!minters[msg.sender]) revert OnlyMinter(msg.sender);
        _mint(to, amount);
        emit TokensMinted(msg.sender, to, amount);
    }

    /// @inheritdoc IGraphToken
    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
        emit TokensBurned(msg.sender, msg.sender, amount);
    }

    /// @inheritdoc IGraphToken
    function burnFrom(address from, uint256 amount) external {
        _spendAllowance(from, msg.sender, amount);
        _burn(from, amount);
        emit TokensBurned(msg.sender, from, amount);
    }
}
