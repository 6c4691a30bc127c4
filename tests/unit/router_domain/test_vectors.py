"""Every case the vendors' own code answered, answered alike."""

import json
from pathlib import Path

import pytest

from tests import vectors

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "venues" / "vectors"
NAMES = (
    "meteora_damm_v2",
    "meteora_dlmm",
    "meteora_dlmm_units",
    "raydium_amm_v4",
    "raydium_clmm",
    "raydium_clmm_units",
    "raydium_cpmm",
    "swap_sequences",
)


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_a_file_passes(name: str) -> None:
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert len(document["cases"]) == document["n_cases"]
    failures = {case["id"]: vectors.difference(document["pool_type"], case) for case in document["cases"]}
    assert not {case_id: text for case_id, text in failures.items() if text}


def test_the_command_prints_a_line_a_file_and_fails_on_a_wrong_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((FOLDER / "raydium_amm_v4.json").read_text(encoding="utf-8"))
    document["cases"] = document["cases"][:3]
    right, wrong = tmp_path / "right.json", tmp_path / "wrong.json"
    right.write_text(json.dumps(document), encoding="utf-8")
    document["cases"][1]["expect"] = {"output_amount": "1", "fee": "1"}
    document["cases"][1].pop("program_reverts", None)
    wrong.write_text(json.dumps(document), encoding="utf-8")

    assert vectors.main([str(right)]) == 0
    assert vectors.main([str(right), str(wrong)]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "right: 3 passed, 0 failed",
        "right: 3 passed, 0 failed",
        "wrong: 2 passed, 1 failed",
    ]
    assert document["cases"][1]["id"] in printed.err
