"""gRPC reflection under both of its names, with the names that fields have in JSON.

The library serves `grpc.reflection.v1alpha` alone, and its descriptors leave `json_name` out, as Python's do. Tools
such as grpcurl then print `order_id` where every other language's server has them print `orderId`. The messages of v1
are those of v1alpha under another package, so one servicer answers both.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import cache
from typing import Any, Final

import grpc
from google.protobuf import descriptor_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

_NAMES: Final = ("grpc.reflection.v1.ServerReflection", reflection.SERVICE_NAME)


class Reflection(reflection.aio.ReflectionServicer):  # type: ignore[misc]  # the library has no types
    """Answers with descriptors that hold the JSON name of each field."""

    async def ServerReflectionInfo(  # noqa: N802 - the name of the rpc
        self, request_iterator: AsyncIterator[Any], context: Any
    ) -> AsyncIterator[reflection_pb2.ServerReflectionResponse]:
        """Answer one request after the other."""
        async for response in super().ServerReflectionInfo(request_iterator, context):
            if response.HasField("file_descriptor_response"):
                files = response.file_descriptor_response.file_descriptor_proto
                files[:] = [with_json_names(file) for file in files]
            yield response


def add_reflection(services: Sequence[str], server: grpc.aio.Server) -> None:
    """Add reflection to a server, as v1 and as v1alpha."""
    servicer = Reflection((*services, *_NAMES))
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": handler}) for name in _NAMES]
    )


@cache
def with_json_names(file: bytes) -> bytes:
    """Return a serialized FileDescriptorProto whose every field has its `json_name`."""
    described = descriptor_pb2.FileDescriptorProto.FromString(file)
    _name_fields(described.extension)
    _name_messages(described.message_type)
    return described.SerializeToString()


def _name_messages(messages: Iterable[descriptor_pb2.DescriptorProto]) -> None:
    for message in messages:
        _name_fields(message.field)
        _name_fields(message.extension)
        _name_messages(message.nested_type)


def _name_fields(fields: Iterable[descriptor_pb2.FieldDescriptorProto]) -> None:
    for field in fields:
        if not field.json_name:
            field.json_name = json_name(field.name)


def json_name(name: str) -> str:
    """Return a field's name in JSON as protoc makes it: without underscores, what follows one in capitals."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
