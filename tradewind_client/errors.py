"""The errors of this client, as one tree.

TradewindError
├── Unreachable            no answer, after every repetition
│   └── TimedOut           the last try was not answered in time
├── Problem                the gateway refused, and says why (RFC 9457)
│   └── NotAvailable       this stack does not have that address
├── Misconfigured          a variable of the environment (a proxy, certificates) cannot be used
├── StreamGap              an event is missing, and asking again did not bring it
└── UnexpectedAnswer       the answer is not Tradewind's; is the address right?
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that is wrong: the JSON pointer of the field as it was sent (`?name` for a parameter), and the fix."""

    pointer: str
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.detail}"


class TradewindError(Exception):
    """The base of every error that this client raises about an exchange with the gateway."""


class Unreachable(TradewindError):
    """No answer came. An order that was being submitted may exist: submit it again under the same key."""


class Misconfigured(TradewindError):
    """A variable of the environment cannot be used. The text names the variable; nothing was sent."""


class TimedOut(Unreachable):
    """The gateway accepted the connection and did not answer in time."""


class StreamGap(TradewindError):
    """The stream went from the sequence `last` to `found`, also after it was opened again."""

    def __init__(self, order_id: str, *, last: int, found: int) -> None:
        super().__init__(f"Order {order_id}: event {last + 1} is missing, {found} came after {last}.")
        self.order_id = order_id
        self.last = last
        self.found = found


class UnexpectedAnswer(TradewindError):
    """The answer cannot be read as one of Tradewind's."""


@dataclass(eq=False)
class Problem(TradewindError):
    """The gateway's refusal. Switch on `code`; `detail` and `errors` are for people.

    `extra` holds further members of the document, such as `orderStatus` when it is too late to cancel. `document` is
    its JSON text, byte for byte; empty for a refusal that came otherwise.
    """

    status: int
    code: str
    title: str
    detail: str = ""
    errors: tuple[Violation, ...] = ()
    retryable: bool = False
    trace_id: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    document: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        violations = "; ".join(str(violation) for violation in self.errors)
        return f"{violations or self.detail or self.title} ({self.status} {self.code})"


class NotAvailable(Problem):
    """This stack does not have that endpoint: it is another version, or the address is not Tradewind's."""

    def __str__(self) -> str:
        return f"This stack does not offer that: {self.detail or self.title} ({self.status} {self.code})"
