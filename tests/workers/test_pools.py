"""A pool replaces connections that the database closed while they were idle."""

from local.tests.faults.test_pools import hang_up
from tests.conftest import Stack
from workers.common import database


def test_pool_of_a_worker_replaces_lost_connections(stack: Stack) -> None:
    size = 6
    with database.pool(f"{stack.database_url}?application_name=test_pools", size) as pool:
        connections = [pool.getconn() for _ in range(size)]
        before = {connection.info.backend_pid for connection in connections}
        for connection in connections:
            pool.putconn(connection)
        hang_up(stack)
        with pool.connection(timeout=60) as connection:
            assert connection.info.backend_pid not in before
