"""What holds for all tests. HOTLINE_EXPLORE=1 lets hypothesis try other examples in each run than in the one before."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,  # how long an example takes tells of the machine, not of the house
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not os.environ.get("HOTLINE_EXPLORE"),
)
settings.load_profile("house")
