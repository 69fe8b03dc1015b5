// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity ^0.8.20;

/// @title Token: a balance for everybody, and one minter
contract Token {
    address public immutable minter;
    uint256 public totalSupply;
    mapping(address holder => uint256) public balanceOf;
    mapping(address holder => mapping(address spender => uint256)) public allowance;

    error NotMinter(address caller);
    error Insufficient(uint256 has, uint256 needs);

    constructor(address minter_, address holder, uint256 supply) {
        minter = minter_;
        totalSupply = supply;
        balanceOf[holder] = supply;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    /// @return Whether anything moved: this token says no instead of reverting.
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) return false;
        allowance[from][msg.sender] = allowed - amount;
        return _move(from, to, amount);
    }

    function mint(address to, uint256 amount) external {
        if (msg.sender != minter) revert NotMinter(msg.sender);
        totalSupply += amount;
        unchecked {
            balanceOf[to] += amount;
        }
    }

    function burn(address from, uint256 amount) external {
        if (msg.sender != minter) revert NotMinter(msg.sender);
        uint256 has = balanceOf[from];
        if (has < amount) revert Insufficient(has, amount);
        unchecked {
            balanceOf[from] = has - amount;
            totalSupply -= amount;
        }
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        uint256 has = balanceOf[from];
        if (has < amount) return false;
        unchecked {
            balanceOf[from] = has - amount;
            balanceOf[to] += amount;
        }
        return true;
    }
}

/// @title Gateway: what a queue delivers to
interface IGateway {
    function finalizeDeposit(address to, uint256 amount) external;
}

/// @title MessageQueue: messages of one gateway to another, each to be delivered once
contract MessageQueue {
    address public immutable sender;
    IGateway public immutable receiver;
    uint256 public sent;
    mapping(uint256 id => address) public recipient;
    /// @notice Amounts of the messages in flight.
    mapping(uint256 id => uint256) public pending;

    error NotSender(address caller);
    error NotPending(uint256 id);

    constructor(address sender_, IGateway receiver_) {
        sender = sender_;
        receiver = receiver_;
    }

    function send(address to, uint256 amount) external {
        if (msg.sender != sender) revert NotSender(msg.sender);
        uint256 id = sent++;
        recipient[id] = to;
        pending[id] = amount;
    }

    function deliver(uint256 id) external {
        uint256 amount = pending[id];
        if (amount == 0) revert NotPending(id);
        pending[id] = 0;
        receiver.finalizeDeposit(recipient[id], amount);
    }
}

/// @title L1Gateway: keeps in escrow what circulates on L2
contract L1Gateway is IGateway {
    Token public immutable token;
    MessageQueue public immutable outbound;
    MessageQueue public immutable inbound;

    error NotQueue(address caller);
    error NotPaid();

    constructor(Token token_, MessageQueue outbound_, MessageQueue inbound_) {
        token = token_;
        outbound = outbound_;
        inbound = inbound_;
    }

    function deposit(address to, uint256 amount) external {
        bool paid = token.transferFrom(msg.sender, address(this), amount);
        if (!paid) revert NotPaid();
        outbound.send(to, amount);
    }

    function finalizeDeposit(address to, uint256 amount) external {
        if (msg.sender != address(inbound)) revert NotQueue(msg.sender);
        if (!token.transfer(to, amount)) revert NotPaid();
    }
}

/// @title L2Gateway: mints what was deposited, burns what is withdrawn
contract L2Gateway is IGateway {
    Token public immutable token;
    MessageQueue public immutable outbound;
    MessageQueue public immutable inbound;

    error NotQueue(address caller);

    constructor(Token token_, MessageQueue outbound_, MessageQueue inbound_) {
        token = token_;
        outbound = outbound_;
        inbound = inbound_;
    }

    function withdraw(address to, uint256 amount) external {
        token.burn(msg.sender, amount);
        outbound.send(to, amount);
    }

    function finalizeDeposit(address to, uint256 amount) external {
        if (msg.sender != address(inbound)) revert NotQueue(msg.sender);
        token.mint(to, amount);
    }
}
