"""Bodies that are not the JSON they claim to be: cut off, wrongly encoded, nested, with names that come twice."""

import gzip
import json
from collections.abc import Iterator

from tests.hostile.cases import EXECUTE, GOOD, Case, posted

TEXT = json.dumps(GOOD).encode()
NOT_JSON: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t ",
    "NUL": b"\0",
    "NUL behind": TEXT + b"\0",
    "two values": TEXT + TEXT,
    "a comma behind": TEXT + b",",
    "trailing comma": TEXT[:-1] + b",}",
    "single quotes": TEXT.replace(b'"', b"'"),
    "no quotes": b"{tokenIn:SOL}",
    "comment": b"/*x*/" + TEXT,
    "hash comment": b"#x\n" + TEXT,
    "control character": b'{"tokenIn":"S\nL"}',
    "tab in a text": b'{"tokenIn":"S\tL"}',
    "bad escape": b'{"tokenIn":"\\x53OL"}',
    "short escape": b'{"tokenIn":"\\u12"}',
    "high surrogate": b'{"tokenIn":"\\ud800"}',
    "low surrogate": b'{"tokenIn":"\\udc00"}',
    "surrogates swapped": b'{"tokenIn":"\\udc00\\ud800"}',
    "surrogate in a name": b'{"\\ud800":1}',
    "NaN": b'{"amountIn":NaN}',
    "Infinity": b'{"amountIn":Infinity}',
    "-Infinity": b'{"amountIn":-Infinity}',
    "nan": b'{"amountIn":nan}',
    "leading zero": b'{"amountIn":01}',
    "leading plus": b'{"amountIn":+1}',
    "bare point": b'{"amountIn":.5}',
    "point behind": b'{"amountIn":1.}',
    "hexadecimal": b'{"amountIn":0x10}',
    "underscore": b'{"amountIn":1_0}',
    "minus alone": b'{"amountIn":-}',
    "exponent alone": b'{"amountIn":1e}',
    "True": b'{"amountIn":True}',
    "None": b'{"amountIn":None}',
    "undefined": b'{"amountIn":undefined}',
    "array": b"[]",
    "array of orders": b"[" + TEXT + b"]",
    "text": b'"order"',
    "number": b"1",
    "true": b"true",
    "null": b"null",
    "form": b"tokenIn=SOL&tokenOut=USDC&amountIn=1",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "YAML": b"tokenIn: SOL\ntokenOut: USDC\n",
    "msgpack": b"\x83\xa7tokenIn\xa3SOL",
    "gzip": gzip.compress(TEXT, mtime=0),
    "byte order mark": b"\xef\xbb\xbf" + TEXT,
    "UTF-16": TEXT.decode().encode("utf-16"),
    "UTF-16 LE": TEXT.decode().encode("utf-16-le"),
    "UTF-16 BE": TEXT.decode().encode("utf-16-be"),
    "UTF-32": TEXT.decode().encode("utf-32"),
    "Latin-1": '{"tokenIn":"é"}'.encode("latin-1"),
    "overlong slash": b'{"tokenIn":"\xc0\xaf"}',
    "overlong NUL": b'{"tokenIn":"\xc0\x80"}',
    "encoded surrogate": b'{"tokenIn":"\xed\xa0\x80"}',
    "beyond Unicode": b'{"tokenIn":"\xf4\x90\x80\x80"}',
    "lone continuation": b'{"tokenIn":"\x80"}',
    "cut sequence": b'{"tokenIn":"\xe2\x82"}',
    "byte FE": b"\xfe" + TEXT,
    "name twice": b'{"amountIn":1,' + TEXT[1:],
    "name twice, escaped": b'{"amount\\u0049n":1,' + TEXT[1:],
    "empty name twice": b'{"":1,"":2}',
    "name twice inside": b'{"x":{"a":1,"a":1}}',
    "name twice in a list": b'{"x":[{"a":1,"a":1}]}',
    "a name 1,000 times": b"{" + b",".join([b'"a":1'] * 1_000) + b"}",
    "lists 7 deep": b'{"a":' + b"[" * 6 + b"1" + b"]" * 6 + b"}",
    "lists 8,000 deep": b'{"a":' + b"[" * 8_000 + b"]" * 8_000 + b"}",
    "lists never closed": b"[" * 16_000,
    "objects 7 deep": b'{"a":' * 7 + b"1" + b"}" * 7,
    "objects 2,000 deep": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "objects never closed": b'{"a":' * 3_000,
    "closed too often": TEXT + b"}" * 100,
}


def texts() -> Iterator[Case]:
    """Yield these, a good order cut at every byte, and the same by other ways in."""
    for name, text in NOT_JSON.items():
        yield posted(name, EXECUTE, text, 400, "malformed_request")
    for size in range(1, len(TEXT)):
        yield posted(f"cut after {size} bytes", EXECUTE, TEXT[:size], 400, "malformed_request")
    for name in ("empty", "NaN", "UTF-16", "name twice", "lists 8,000 deep", "high surrogate", "array"):
        for path in ("/api/orders/preview", "/api/quotes"):
            yield posted(name, path, NOT_JSON[name], 400, "malformed_request")
    for name in ("empty", "NaN", "UTF-16", "name twice", "objects 2,000 deep", "high surrogate"):
        yield posted(name, "/api/orders/batch", NOT_JSON[name], 400, "malformed_request")
    for size in (16 * 1024 + 1, 100_000, 2_000_000):
        yield posted(f"{size} bytes", EXECUTE, b" " * size, 413, "body_too_large")
