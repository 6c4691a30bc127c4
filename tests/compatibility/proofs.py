"""Rows that are proven by tests which do not carry their name.

A test whose name begins with its rows (test_s1_02_..., test_s5_06_s5_07_...) needs no line here.
"""

from collections.abc import Mapping
from typing import Final

_GATEWAY: Final = "tests/contract/gateway"
_EXECUTOR: Final = "tests/contract/executor/test_orders.py"
_STORY: Final = "tests/unit/executor/test_execute_order.py"
_RETRY: Final = "tests/unit/executor/test_retry.py"
_LEAST: Final = "tests/unit/pools/test_basis_points.py"
_END: Final = "tests/e2e/test_orders.py"

_STORED: Final = f"{_EXECUTOR}::test_an_accepted_order_is_stored_told_and_queued"
_APPENDED: Final = f"{_EXECUTOR}::test_steps_move_the_row_and_append_their_events"
_ATTEMPTS: Final = f"{_EXECUTOR}::test_attempts_are_kept_one_by_one"
_HANDOVER: Final = f"{_GATEWAY}/test_streams.py::test_replay_goes_over_into_live_without_gap_or_duplicate"
_DECISION: Final = f"{_GATEWAY}/test_streams.py::test_the_nested_dialect_greets_and_tells_the_decision_while_building"
_FAILURES: Final = f"{_GATEWAY}/test_streams.py::test_intermediate_failures_and_one_final_failure"
_ONCE: Final = f"{_STORY}::test_failed_comes_once_after_the_last_attempt"
_PAUSES: Final = f"{_RETRY}::test_pauses_double"
_REPEATED: Final = f"{_STORY}::test_failed_attempts_are_repeated_with_new_quotes_and_growing_pauses"
_FORCED: Final = f"{_END}::test_forced_failures_are_retried_and_fail_once"
_LIFE: Final = f"{_END}::test_the_native_stream_tells_the_whole_life"
_EXAMPLES: Final = f"{_END}::test_every_engines_example_is_executed"
_WORDS: Final = f"{_END}::test_older_paths_speak_their_own_words"
_MANY: Final = f"{_END}::test_two_hundred_at_once_end_within_ten_seconds"
_PROFILE: Final = "tests/unit/market/test_profiles.py::test_quote_latency_and_failures"
_ODDS: Final = "tests/unit/market/test_fate.py::test_odds_are_met"
_SAME_SEED: Final = (
    "tests/contract/market/test_the_ledger.py::test_the_same_seed_and_calls_give_the_same_ledger_byte_for_byte"
)
_APART: Final = (
    "tests/unit/market/test_prices_and_flow.py"
    "::test_the_pools_themselves_are_two_to_five_percent_apart_between_the_venues"
)
_HINTS: Final = "tests/contract/executor/test_redis.py::test_offered_orders_reach_the_actor_in_batches"

PROOFS: Final[Mapping[str, tuple[str, ...]]] = {
    "S1-05": (_STORED,),
    "S1-07": (_HANDOVER, f"{_END}::test_a_late_subscriber_gets_everything_once_and_in_order"),
    "S1-14": ("tests/unit/router/test_ask_venues.py::test_venues_are_waited_for_together",),
    "S1-16": (_ODDS, _FORCED),
    "S1-17": (_WORDS,),
    "S1-18": (f"{_EXECUTOR}::test_published_events_equal_the_stored_ones",),
    "S2-02": (_LIFE, f"{_END}::test_without_failures_every_order_is_filled_to_the_unit"),
    "S2-06": (_STORED, f"{_GATEWAY}/test_refusals.py::test_an_invalid_order_is_told_everything_that_is_wrong"),
    "S2-08": (_HINTS,),
    "S2-09": (_APART,),
    "S2-13": (_DECISION,),
    "S2-14": (_ODDS, _FORCED),
    "S2-15": (_REPEATED,),
    "S2-16": (f"{_RETRY}::test_a_failed_attempt_is_followed_by_another_until_they_are_used_up", _FORCED),
    "S2-17": (_ONCE, _FORCED),
    "S2-18": (_ATTEMPTS, f"{_GATEWAY}/test_reading.py::test_a_failed_order_says_why"),
    "S2-20": (f"{_EXECUTOR}::test_a_known_value_is_never_overwritten_by_an_unknown_one",),
    "S3-02": (_LIFE,),
    "S3-03": (_STORED, _APPENDED),
    "S3-04": (_HANDOVER,),
    "S3-05": (_REPEATED, _FORCED),
    "S3-19": (
        "tests/unit/market/test_settings.py::test_a_fail_rate_takes_the_place_of_the_profile_s",
        _FORCED,
    ),
    "S3-20": (_FAILURES,),
    "S3-21": (_ONCE, _FAILURES, _FORCED),
    "S4-04": (_MANY,),
    "S4-05": (_REPEATED, _PAUSES),
    "S4-06": (f"{_GATEWAY}/test_reading.py::test_a_list_is_paged_to_its_end",),
    "S4-07": (_EXAMPLES, _STORED),
    "S4-11": (
        "tests/faults/orders/test_recovery.py::"
        "test_a_rolling_restart_of_the_workers_delays_no_order_by_more_than_a_second",
    ),
    "S4-12": (_PROFILE,),
    "S4-13": (_APART, _SAME_SEED),
    "S4-14": (_APPENDED, _ATTEMPTS),
    "S4-16": (_WORDS,),
    "S4-18": (_PROFILE, _ODDS),
    "S4-19": (f"{_GATEWAY}/test_streams.py::test_an_idle_socket_is_pinged",),
    "S5-05": ("tests/contract/router/test_routes.py::test_quotes_list_every_pool_and_each_venue",),
    "S5-06": (_PROFILE, _APART),
    "S5-07": (_PROFILE, _ODDS),
    "S5-08": (f"{_RETRY}::test_the_error_table_says_what_ends_an_order",),
    "S5-09": (_PAUSES, _REPEATED),
    "S5-11": (_LIFE, _REPEATED),
    "S5-13": (f"{_LEAST}::test_the_least_output_rounds_up", f"{_LEAST}::test_the_integer_rule_equals_the_exact_rule"),
    "S5-14": (_STORED, _APPENDED),
    "S5-17": (_STORED,),
    "S5-20": (f"{_GATEWAY}/test_streams.py::test_sockets_leave_nothing_behind",),
    "S5-21": (_PAUSES,),
    "S5-22": ("tests/unit/executor/test_simulation.py::test_the_same_seed_gives_the_same_history",),
    "S5-34": ("tests/unit/router/test_search.py::test_a_route_is_never_below_the_best_single_pool",),
    "S5-35": (_DECISION,),
    "S5-36": (f"{_LEAST}::test_a_fill_of_exactly_the_least_output_passes",),
    "S5-37": (f"{_GATEWAY}/test_streams.py::test_many_sockets_on_one_order_all_see_everything",),
    "S5-38": (_ATTEMPTS,),
}
