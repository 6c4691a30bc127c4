"""Property tests that find the same examples on every run, and stay within seconds."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "pool-math",
    derandomize=True,
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("pool-math")
