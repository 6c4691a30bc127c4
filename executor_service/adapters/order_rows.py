"""Between rows and orders: what every statement that returns orders selects, and how an order is read from it."""

from collections.abc import Sequence
from typing import Any, Final

from executor_service.adapters.order_columns import ORDER_COLUMNS, OrderColumn
from executor_service.domain.order import Order


def select_list(columns: Sequence[OrderColumn]) -> str:
    """Return what a statement selects from `orders o`, in the order that the row's reader expects."""
    return ", ".join(f"o.{column.as_read}" for column in columns if column.attribute)


class OrderReader:
    """Reads the order of a row that begins with `select_list`."""

    def __init__(self, columns: Sequence[OrderColumn], order: type[Order] = Order) -> None:
        self._order = order
        self._fields = tuple(column.attribute for column in columns if column.attribute)
        self._decoded = tuple((c.attribute, c.decoder) for c in columns if c.attribute and c.decoder)

    def __call__(self, row: Sequence[Any]) -> Order:
        """Return the order."""
        values = dict(zip(self._fields, row, strict=False))
        for field, decode in self._decoded:
            value = values.pop(field)
            if value is not None:
                values[field] = decode(value)
        return self._order(**values)


SELECTED: Final = select_list(ORDER_COLUMNS)
order_from_row: Final = OrderReader(ORDER_COLUMNS)
