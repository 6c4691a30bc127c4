"""Every word that a property of the interface can have."""

from typing import Final

from gateway.documents.schema_parts import Schema
from gateway.documents.service_words import SERVICE_WORDS
from gateway.documents.status_words import STATUS_WORDS
from gateway.documents.trade_words import TRADE_WORDS

WORDS: Final[dict[str, Schema]] = TRADE_WORDS | SERVICE_WORDS | STATUS_WORDS
assert len(WORDS) == len(TRADE_WORDS) + len(SERVICE_WORDS) + len(STATUS_WORDS), "a word is explained once"
