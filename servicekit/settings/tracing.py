"""OpenTelemetry's variables, as far as Tradewind reads them: checked like any other setting."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from servicekit.settings.kinds import OnOff
from servicekit.settings.sentences import Unusable, listed
from servicekit.settings.service_settings import ServiceSettings
from servicekit.settings.words import exactly, one_of

_ROOTS: Final = ("always_on", "always_off", "traceidratio", "ratelimiting")
_SAMPLERS: Final = (*_ROOTS, *(f"parentbased_{root}" for root in _ROOTS))
TRACES_A_SECOND_MAX: Final = 1_000_000


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Unusable(
            "not the address of a collector", "http:// or https:// with a host, such as http://127.0.0.1:4318"
        )
    return url


def _sampler(value: str) -> str:
    if value.lower() not in _SAMPLERS:
        raise Unusable("not a sampler", f"{listed(_ROOTS)}, each also as parentbased_..., in any case")
    return value.lower()


def _readable(path: Path) -> Path:
    try:
        path.open("rb").close()
    except OSError as error:
        raise Unusable(f"cannot be read ({error.strerror})", "a file of certificates (PEM)") from None
    return path


_Compression = Annotated[str, exactly("none", "gzip", "deflate")]
_Protocol = Annotated[str, exactly("http/protobuf")]
_Certificate = Annotated[Path, AfterValidator(_readable)]
_Seconds = Annotated[float, Field(gt=0, le=3_600)]
_Endpoint = Annotated[str, AfterValidator(_web_address)]
_Milliseconds = Annotated[int, Field(gt=0, lt=2**31)]
_Count = Annotated[int, Field(gt=0, lt=2**31)]


class TracingSettings(ServiceSettings):
    """What OpenTelemetry lets a program pass over is refused here: a wrong word would trace nothing, or everything."""

    otel_sdk_disabled: OnOff = False
    otel_traces_exporter: Annotated[Literal["otlp", "none"], one_of("otlp", "none")] = "otlp"
    otel_traces_sampler: Annotated[str, AfterValidator(_sampler)] = "parentbased_ratelimiting"
    otel_traces_sampler_arg: Annotated[float, Field(ge=0, le=TRACES_A_SECOND_MAX)] | None = None
    otel_exporter_otlp_endpoint: _Endpoint | None = None
    otel_exporter_otlp_traces_endpoint: _Endpoint | None = None
    otel_exporter_otlp_headers: SecretStr | None = None
    otel_exporter_otlp_timeout: _Seconds | None = None
    otel_exporter_otlp_traces_timeout: _Seconds | None = None
    otel_exporter_otlp_compression: _Compression | None = None
    otel_exporter_otlp_traces_compression: _Compression | None = None
    otel_exporter_otlp_protocol: _Protocol | None = None
    otel_exporter_otlp_traces_protocol: _Protocol | None = None
    otel_exporter_otlp_certificate: _Certificate | None = None
    otel_exporter_otlp_traces_certificate: _Certificate | None = None
    otel_bsp_schedule_delay: _Milliseconds | None = None
    otel_bsp_max_queue_size: _Count | None = None
    otel_bsp_max_export_batch_size: _Count | None = None
    otel_bsp_export_timeout: _Milliseconds | None = None

    def contradictions(self) -> Iterator[Unusable]:
        """Yield a share above 1, which is a rate that the sampler does not take."""
        share = self.otel_traces_sampler_arg
        if self.otel_traces_sampler.endswith("traceidratio") and share is not None and share > 1:
            why, allowed = "a share above 1", "a number from 0 to 1, or the sampler ratelimiting"
            yield Unusable(why, allowed, "OTEL_TRACES_SAMPLER_ARG", "OTEL_TRACES_SAMPLER")
