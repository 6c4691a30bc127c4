"""Does what grpcurl does, with nothing but reflection: no generated code of ours is used to read or write a message."""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

CALL_SECONDS = 20.0
# A stream without an end: so many messages show that it works.
MESSAGES_MAX = 3


@dataclass(frozen=True)
class Answer:
    """What a command printed, message by message, and the status it ended with."""

    status: str
    messages: list[dict[str, Any]]
    lines: list[str]


def run_grpcurl(arguments: list[str], addresses: dict[str, str]) -> Answer:
    """Run a command line; `addresses` says where the doc's addresses really are."""
    given = _parser().parse_args(arguments)
    with grpc.insecure_channel(addresses[given.address]) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = DescriptorPool(database)
        if given.verb == "list":
            return Answer("OK", [], _listing(database, pool, given.symbol))
        if given.verb == "describe":
            return Answer("OK", [], _description(database, pool, given.symbol))
        service, _, method = given.verb.rpartition("/")
        request = json.loads(given.data or "{}")
        return _call(channel, pool.FindServiceByName(service).methods_by_name[method], request, given.max_time)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grpcurl", allow_abbrev=False, exit_on_error=False)
    parser.add_argument("-plaintext", action="store_true", required=True)
    parser.add_argument("-d", dest="data")
    parser.add_argument("-max-time", dest="max_time", type=float)
    parser.add_argument("address")
    parser.add_argument("verb")
    parser.add_argument("symbol", nargs="?")
    return parser


def _listing(database: ProtoReflectionDescriptorDatabase, pool: DescriptorPool, symbol: str | None) -> list[str]:
    if symbol is None:
        return sorted(database.get_services())
    return [f"{symbol}.{method.name}" for method in pool.FindServiceByName(symbol).methods]


def _description(database: ProtoReflectionDescriptorDatabase, pool: DescriptorPool, symbol: str | None) -> list[str]:
    if symbol is None:
        return [line for name in database.get_services() for line in _description(database, pool, name)]
    try:
        return [method.name for method in pool.FindServiceByName(symbol).methods]
    except KeyError:
        return [field.name for field in pool.FindMessageTypeByName(symbol).fields]


def _call(channel: grpc.Channel, method: MethodDescriptor, request: Any, max_time: float | None) -> Answer:
    message = json_format.ParseDict(request, GetMessageClass(method.input_type)())
    path = f"/{method.containing_service.full_name}/{method.name}"
    kind = "stream_" if method.client_streaming else "unary_"
    call = getattr(channel, kind + ("stream" if method.server_streaming else "unary"))(
        path,
        request_serializer=lambda request: request.SerializeToString(),
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    messages: list[dict[str, Any]] = []
    try:
        answer = call(iter([message]) if method.client_streaming else message, timeout=max_time or CALL_SECONDS)
        names = _json_names(channel, method)
        messages.extend(_as_printed(response, names) for response in _responses(answer, method))
    except grpc.RpcError as error:
        return Answer(_status_of(error), messages, [])
    return Answer("OK", messages, [])


def _json_names(channel: grpc.Channel, method: MethodDescriptor) -> dict[tuple[str, str], str]:
    """Return the names of fields in JSON as the reflection answer has them, by message and field.

    grpcurl prints these, and a field without one as it is written in the proto. Python's own descriptors cannot tell:
    they make a name up.
    """
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol=method.containing_service.full_name)
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    (answer,) = stub.ServerReflectionInfo(iter([request]))
    names: dict[tuple[str, str], str] = {}

    def read(messages: Iterable[descriptor_pb2.DescriptorProto], package: str) -> None:
        for message in messages:
            full_name = f"{package}.{message.name}"
            names.update({(full_name, field.name): field.json_name or field.name for field in message.field})
            read(message.nested_type, full_name)

    for serialized in answer.file_descriptor_response.file_descriptor_proto:
        file = descriptor_pb2.FileDescriptorProto.FromString(serialized)
        read(file.message_type, file.package)
    return names


def _as_printed(message: Any, names: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Return a message as JSON whose keys are the names that were told."""
    kept = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return {names[message.DESCRIPTOR.full_name, key]: _value(message, key, value, names) for key, value in kept.items()}


def _value(message: Any, key: str, value: Any, names: dict[tuple[str, str], str]) -> Any:
    field = message.DESCRIPTOR.fields_by_name[key]
    inner = field.message_type
    if inner is None or inner.GetOptions().map_entry or inner.full_name.startswith("google.protobuf."):
        return value
    found = getattr(message, key)
    return [_as_printed(each, names) for each in found] if isinstance(value, list) else _as_printed(found, names)


def _responses(answer: Any, method: MethodDescriptor) -> Iterator[Any]:
    if not method.server_streaming:
        yield answer
        return
    for count, response in enumerate(answer, start=1):
        yield response
        if count == MESSAGES_MAX:
            answer.cancel()
            return


def _status_of(error: grpc.RpcError) -> str:
    code = error.code()
    assert isinstance(code, grpc.StatusCode)
    return code.name
