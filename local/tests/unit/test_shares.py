"""Limits on shared resources, and waiting for a turn."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.realtime.holdings import Holdings
from local.realtime.limits import Limits
from local.shares import FullError, Shares, Turns, holder
from local.storage import resumable_uploads
from local.storage.database import SERVICE
from local.storage.errors import StorageError
from local.storage.unfinished_uploads import BYTES, UPLOADS, Amounts, UnfinishedUploads


@pytest.fixture(autouse=True)
def no_address() -> Iterator[None]:
    before = holder.set("")
    yield
    holder.reset(before)


def test_holder_and_all_together_take_at_most_their_limits() -> None:
    shares = Shares(each=3, all=5)
    shares.take("ann", 3)
    shares.take("bob", 2)
    for who in ("ann", "bob", "eve"):
        with pytest.raises(FullError):
            shares.take(who)
    shares.give("ann", 2)
    shares.take("bob")
    with pytest.raises(FullError):
        shares.take("bob")
    assert (shares.held, shares.total) == ({"ann": 1, "bob": 3}, 4)


def test_holder_without_amount_is_deleted() -> None:
    shares = Shares(each=3, all=5)
    with shares.holding("ann", 2):
        assert shares.held == {"ann": 2}
    assert (shares.held, shares.total) == ({}, 0)


def test_turns_of_one_holder_wait_for_each_other_and_for_no_other() -> None:
    async def run() -> list[str]:
        turns, order, go_on = Turns(each=1, waiting=1, all_waiting=5), [], asyncio.Event()

        async def work(who: str) -> None:
            async with turns.of(who):
                order.append(who)
                if who == "ann":
                    await go_on.wait()

        ann = [asyncio.create_task(work("ann")) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(FullError):
            await work("ann")
        await work("bob")
        go_on.set()
        await asyncio.gather(*ann)
        assert (turns.free, dict(turns.users), turns.queue.held) == ({}, {}, {})
        return order

    assert asyncio.run(run()) == ["ann", "bob", "ann"]


def test_timed_out_turn_leaves_nothing_behind() -> None:
    async def run() -> None:
        turns = Turns(each=1, waiting=5, all_waiting=5)
        async with turns.of("ann"):
            with pytest.raises(TimeoutError):
                async with turns.of("ann", within=0.01):
                    raise AssertionError("had a turn")
        async with turns.of("ann", within=0.01):
            assert turns.queue.held == {}

    asyncio.run(run())


def test_unfinished_uploads_are_bounded_in_number_and_bytes() -> None:
    unfinished = UnfinishedUploads(Amounts.limited(2, 9, 3), Amounts.limited(100, 900, 150))
    unfinished.begin("1", "ann")
    unfinished.begin("2", "ann")
    for who in ("ann",):
        with pytest.raises(StorageError, match="unfinished"):
            unfinished.begin("3", who)
    unfinished.begin("4", "bob")
    with pytest.raises(StorageError):
        unfinished.begin("5", "eve")
    unfinished.grow("1", 60)
    unfinished.grow("2", 40)
    with pytest.raises(StorageError, match="bytes"):
        unfinished.grow("2", 1)
    unfinished.grow("4", 50)
    with pytest.raises(StorageError):
        unfinished.grow("4", 1)
    unfinished.end("1", "unknown")
    unfinished.grow("4", 50)
    unfinished.begin("5", "ann")
    unfinished.end("2", "4", "5")
    assert (unfinished.uploads.users.held, unfinished.bytes.users.held) == ({}, {})
    assert (unfinished.uploads.users.total, unfinished.bytes.users.total) == (0, 0)


def test_unfinished_uploads_of_an_address_are_bounded_for_all_users() -> None:
    unfinished = UnfinishedUploads(Amounts.limited(2, 3, 9), Amounts.limited(100, 150, 900))
    holder.set("203.0.113.7/32")
    for number in range(3):
        unfinished.begin(str(number), f"user {number}")
    with pytest.raises(StorageError, match="unfinished"):
        unfinished.begin("3", "user 3")
    unfinished.grow("0", 100)
    unfinished.grow("1", 50)
    with pytest.raises(StorageError, match="bytes"):
        unfinished.grow("2", 1)
    holder.set("203.0.113.8/32")
    unfinished.begin("3", "user 3")
    unfinished.grow("3", 100)
    unfinished.end("0", "1", "2", "3")
    assert unfinished.uploads.addresses.held == unfinished.bytes.addresses.held == {}


def test_unfinished_uploads_of_the_service_are_not_counted() -> None:
    unfinished = UnfinishedUploads(Amounts.limited(1, 1, 1), Amounts.limited(1, 1, 1))
    unfinished.begin("1", "ann")
    for version in ("2", "3"):
        unfinished.begin(version, SERVICE)
        unfinished.grow(version, 1 << 30)
        unfinished.end(version)
    assert unfinished.uploads.users.held == {"ann": 1}


def test_one_address_takes_a_small_part_of_all_unfinished_uploads() -> None:
    assert (UPLOADS[1] * 20, BYTES[1] * 5) <= (UPLOADS[2], BYTES[2])


def test_uploads_of_an_earlier_run_count_until_they_expire(tmp_path: Path) -> None:
    holder.set("203.0.113.7/32")
    upload = resumable_uploads.planned("b", "a+b.txt", 10, {}, False, "ann")
    resumable_uploads.start(tmp_path, upload)
    (tmp_path / upload.version).write_bytes(b"12345")
    unfinished = UnfinishedUploads()
    unfinished.find(tmp_path)
    assert (unfinished.uploads.users.held, unfinished.bytes.users.held) == ({"ann": 1}, {"ann": 5})
    assert unfinished.bytes.addresses.held == {"203.0.113.7/32": 5}
    assert resumable_uploads.late(tmp_path, 60, upload.started + 59) == []
    assert resumable_uploads.late(tmp_path, 60, upload.started + 61) == [upload.version]


def test_an_upload_of_an_earlier_version_counts_for_its_address_unknown(tmp_path: Path) -> None:
    upload = resumable_uploads.planned("b", "a", 10, {}, False, "ann")
    resumable_uploads.start(tmp_path, upload)
    document = json.loads((tmp_path / f"{upload.version}.json").read_text())
    del document["holder"], document["address"]
    (tmp_path / f"{upload.version}.json").write_text(json.dumps(document))
    assert list(resumable_uploads.left_behind(tmp_path)) == [(upload.version, "", "", 0)]


class Member:
    def __init__(self, connection: str, address: str) -> None:
        self.connection, self.address = connection, address


def test_presence_is_bounded_by_connection_by_address_and_in_all() -> None:
    presences = Holdings(Limits(presence_bytes=6400, presences=640)).presences
    first, second = Member("1", "ann"), Member("2", "ann")
    presences.hold(first, 100)
    with pytest.raises(FullError):
        presences.hold(first, 1)
    for number in range(7):
        presences.hold(Member(str(number + 2), "ann"), 100)
    with pytest.raises(FullError):
        presences.hold(Member("9", "ann"), 1)
    presences.release(second, 100)
    presences.hold(second, 50)
    for address in range(7):
        for number in range(8):
            if not presences.sizes[0].is_full(address, 100):
                presences.hold(Member(f"{address} {number}", str(address)), 100)
    with pytest.raises(FullError):
        presences.hold(Member("x", "eve"), 51)


def test_message_to_many_members_costs_more() -> None:
    holdings = Holdings(Limits(deliveries_per_second=10))
    assert holdings.may_deliver("ann", 100, 50)
    assert holdings.may_deliver("ann", 4096, 25)
    assert not holdings.may_deliver("ann", 0, 1)
    assert holdings.may_deliver("bob", 10**9, 10**6)
    assert not holdings.may_deliver("bob", 0, 1)
