# pragma version 0.4.3
# pragma evm-version cancun
"""
@notice A dapp's own contract, of quite another shape than the reference's: requests in a struct within a struct, the spec as
        bytes, one function for results and failures with a struct for its argument, a field that has to come back.
"""

struct Work:
    task: Bytes[8192]
    kind: uint8

struct Query:
    who: address
    what: Work

struct Reply:
    ticket: uint64
    good: bool
    data: Bytes[8192]
    version: uint8
    note: String[64]

struct Ticket:
    done: bool
    market: bytes32

event Asked:
    ticket: indexed(uint64)
    query: Query
    market: bytes32

event Closed:
    ticket: indexed(uint64)
    good: bool
    data: Bytes[8192]

tickets: public(HashMap[uint64, Ticket])
lastTicket: uint64
keeper: address

@deploy
def __init__(_keeper: address):
    self.keeper = _keeper

@external
def ask(task: Bytes[8192], kind: uint8, market: bytes32) -> uint64:
    ticket: uint64 = self.lastTicket + 1
    self.lastTicket = ticket
    self.tickets[ticket] = Ticket(done=False, market=market)
    log Asked(ticket=ticket, query=Query(who=msg.sender, what=Work(task=task, kind=kind)), market=market)
    return ticket

@external
def answer(market: bytes32, reply: Reply):
    assert msg.sender == self.keeper, "not the keeper"
    known: Ticket = self.tickets[reply.ticket]
    assert not known.done, "answered already"
    assert known.market == market, "another market"
    assert reply.version == 3 and reply.note == "by lilypad", "not understood"
    self.tickets[reply.ticket].done = True
    log Closed(ticket=reply.ticket, good=reply.good, data=reply.data)
