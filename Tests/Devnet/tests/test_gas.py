"""What the reference contract may cost."""

from measure_gas import measure


def test_gas_stays_within_bounds() -> None:
    measured = measure()
    assert measured.keys() == {"gas_request_615", "gas_fulfill_64"}
    assert measured["gas_request_615"] <= 120_000
    assert measured["gas_fulfill_64"] <= 90_000
