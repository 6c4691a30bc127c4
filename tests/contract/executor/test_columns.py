"""The table of columns: it holds all of an order, and a row more is a field more in every statement."""

from dataclasses import dataclass, fields, replace
from uuid import uuid4

from psycopg_pool import AsyncConnectionPool
from sqlalchemy.dialects import postgresql

from executor_service.adapters.attempt_rows import ATTEMPT_COLUMNS
from executor_service.adapters.columns import BASE_UNITS, StoredColumn
from executor_service.adapters.order_columns import ORDER_COLUMNS, OrderColumn, Step
from executor_service.adapters.order_inserts import add_parameters, add_statement, first_event
from executor_service.adapters.order_rows import OrderReader, select_list
from executor_service.adapters.order_steps import OrderChange, record_parameters, record_statement
from executor_service.adapters.worker_lease import take_lease
from executor_service.application.ports import Attempt, NewOrder, StoredEvent
from executor_service.domain.lifecycle import RoutingStarted
from executor_service.domain.order import Order, apply
from tests.builders import NOON, an_order

HUGE = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TippedOrder(Order):
    """An order with two fields that no order has."""

    tip: int
    tip_paid: int | None = None


WIDER = (
    *ORDER_COLUMNS,
    OrderColumn("tip", BASE_UNITS, required=True, added=True),
    OrderColumn("tip_paid", BASE_UNITS, step=Step.FILLS_IN),
)


def _tipped() -> TippedOrder:
    plain = an_order()
    return TippedOrder(**{field.name: getattr(plain, field.name) for field in fields(Order)}, tip=HUGE)


async def _read(pool: AsyncConnectionPool, order: Order) -> Order:
    statement = f"SELECT {select_list(WIDER)} FROM orders o WHERE o.id = %(id)s"
    async with pool.connection() as connection:
        cursor = await connection.execute(statement, {"id": order.order_id})
        row = await cursor.fetchone()
    assert row is not None
    return OrderReader(WIDER, TippedOrder)(row)


async def _widen(pool: AsyncConnectionPool) -> None:
    async with pool.connection() as connection:
        for column in WIDER[len(ORDER_COLUMNS) :]:
            declared = column.for_table().type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]  # no stubs
            await connection.execute(f"ALTER TABLE orders ADD COLUMN {column.name} {declared}")


async def test_a_row_more_is_a_field_more_in_insert_select_and_update(pool: AsyncConnectionPool) -> None:
    worker_id, order = uuid4(), _tipped()
    new = NewOrder(order=order, body_hash=b"h" * 32)
    await _widen(pool)
    await take_lease(pool, worker_id, "tests")
    async with pool.connection() as connection:
        await connection.execute(add_statement(WIDER), add_parameters(WIDER, [new], [first_event(new)]))
        await connection.execute("UPDATE orders SET owner = %s", [worker_id])
    assert await _read(pool, order) == order
    moved = apply(order, RoutingStarted(), NOON)
    assert isinstance(moved, TippedOrder)
    after = replace(moved, tip_paid=HUGE)
    event = StoredEvent(order.order_id, after.version, after.status, "{}", order.account_id)
    change = OrderChange(order, after, [(RoutingStarted(), event)])
    async with pool.connection() as connection:
        await connection.execute(record_statement(WIDER), {"me": worker_id, **record_parameters(WIDER, [change])})
    assert await _read(pool, order) == after


def test_a_step_sends_only_what_it_fills_in() -> None:
    before = replace(_tipped(), tip_paid=HUGE)
    changes = [OrderChange(before, apply(before, RoutingStarted(), NOON), [(RoutingStarted(), _an_event(before))])]
    assert record_parameters(WIDER, changes)["tip_paid"] == [None]


def test_every_field_of_an_order_has_one_column() -> None:
    assert sorted(column.attribute for column in ORDER_COLUMNS if column.attribute) == sorted(
        f.name for f in fields(Order)
    )


def test_every_field_of_an_attempt_has_one_column() -> None:
    renamed = {"route_json": "route"}
    expected = ["order_id", *(renamed.get(field.name, field.name) for field in fields(Attempt))]
    assert sorted(column.name for column in ATTEMPT_COLUMNS) == sorted(expected)


def test_what_an_order_must_have_is_written_when_it_is_accepted() -> None:
    never = [c.name for c in ORDER_COLUMNS if _is_demanded(c) and not c.added and not c.added_as]
    assert never == []


def _is_demanded(column: StoredColumn) -> bool:
    return column.required and column.default is None


def _an_event(order: Order) -> StoredEvent:
    return StoredEvent(order.order_id, order.version + 1, order.status, "{}", order.account_id)
