// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

import {IGateway, L1Gateway, L2Gateway, MessageQueue, Token} from "../contracts/Bridge.sol";

/// The one cheat code that the set-up needs.
interface Vm {
    function prank(address sender) external;
}

/// Functions of a contract; halmos asks for some to call or to leave out.
struct FuzzSelector {
    address target;
    bytes4[] selectors;
}

/// @title The same bridge, deployed in the same state, with the same properties, for halmos
contract BridgeTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    Token private l1Token;
    Token private l2Token;
    MessageQueue private down;
    MessageQueue private up;
    L1Gateway private l1Gateway;
    L2Gateway private l2Gateway;

    function setUp() public {
        // Contracts that know each other: halmos counts the addresses of new ones up by one.
        uint160 first = uint160(address(new Token(address(0), address(0), 0)));
        IGateway l1 = IGateway(address(first + 5));
        IGateway l2 = IGateway(address(first + 6));
        l1Token = new Token(address(l1), ALICE, 1000);
        l2Token = new Token(address(l2), ALICE, 0);
        down = new MessageQueue(address(l1), l2);
        up = new MessageQueue(address(l2), l1);
        l1Gateway = new L1Gateway(l1Token, down, up);
        l2Gateway = new L2Gateway(l2Token, up, down);
        require(address(l1Gateway) == address(l1), "not where it was expected");
        require(address(l2Gateway) == address(l2), "not where it was expected");

        VM.prank(ALICE);
        l1Token.approve(address(l1Gateway), 500);
        VM.prank(ALICE);
        l1Gateway.deposit(ALICE, 100);
        VM.prank(ALICE);
        l1Gateway.deposit(BOB, 30);
    }

    /// What circulates on L2 is in escrow on L1, and nobody there has more than there is.
    /// No sum over messages or holders can be written here, and each bug shows without one.
    function invariant_the_bridge_is_solvent() public view {
        uint256 supply = l2Token.totalSupply();
        assert(l1Token.balanceOf(address(l1Gateway)) >= supply);
        assert(l2Token.balanceOf(ALICE) <= supply && l2Token.balanceOf(BOB) <= supply);
    }

    // Whom halmos lets send transactions: anybody but the contracts themselves.

    function excludeSenders() public view returns (address[] memory who) {
        who = new address[](7);
        who[0] = address(l1Token);
        who[1] = address(l2Token);
        who[2] = address(down);
        who[3] = address(up);
        who[4] = address(l1Gateway);
        who[5] = address(l2Gateway);
        who[6] = address(this);
    }

    function targetSenders() public pure returns (address[] memory) {}

    function targetContracts() public pure returns (address[] memory) {}

    function excludeContracts() public pure returns (address[] memory) {}

    function targetSelectors() public pure returns (FuzzSelector[] memory) {}

    function excludeSelectors() public pure returns (FuzzSelector[] memory) {}
}
