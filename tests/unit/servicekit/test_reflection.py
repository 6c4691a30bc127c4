"""Reflection as tools meet it: under both names, with the names that fields have in JSON."""

import grpc
import pytest
from google.protobuf import descriptor_pb2
from grpc_reflection.v1alpha import reflection_pb2

from servicekit.reflection import json_name, with_json_names
from tests.contract.gateway.fake_router import FakeRouter
from tradewind.router.v1 import router_pb2 as pb

NAMES = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")
ROUTER = "tradewind.router.v1.RouterService"


@pytest.mark.parametrize("name", NAMES)
async def test_both_versions_list_the_services_and_name_every_field(name: str) -> None:
    server = FakeRouter()
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            ask = channel.stream_stream(
                f"/{name}/ServerReflectionInfo",
                request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
                response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
            )
            requests = [
                reflection_pb2.ServerReflectionRequest(list_services=""),
                reflection_pb2.ServerReflectionRequest(file_containing_symbol=ROUTER),
                reflection_pb2.ServerReflectionRequest(file_containing_symbol="nothing.Here"),
            ]
            listed, described, missing = [answer async for answer in ask(iter(requests))]
    finally:
        await server.stop()
    assert {*NAMES, ROUTER} <= {found.name for found in listed.list_services_response.service}
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(file)
        for file in described.file_descriptor_response.file_descriptor_proto
    ]
    fields = [field for file in files for message in file.message_type for field in message.field]
    assert len(fields) > 50
    assert all(field.json_name for field in fields)
    assert missing.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


def test_the_names_are_those_of_the_json_mapping() -> None:
    for message in pb.DESCRIPTOR.message_types_by_name.values():
        for field in message.fields:
            assert json_name(field.name) == field.json_name


def test_a_name_that_is_given_stays() -> None:
    file = descriptor_pb2.FileDescriptorProto(name="x.proto")
    message = file.message_type.add(name="M")
    message.field.add(name="pool_id", json_name="pool")
    message.nested_type.add(name="N").field.add(name="mint_in")
    named = descriptor_pb2.FileDescriptorProto.FromString(with_json_names(file.SerializeToString()))
    assert named.message_type[0].field[0].json_name == "pool"
    assert named.message_type[0].nested_type[0].field[0].json_name == "mintIn"
