"""What holds for all tests: how long an example of hypothesis takes tells of the machine, not of the house."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
