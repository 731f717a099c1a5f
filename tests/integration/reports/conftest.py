"""The product of tests/integration/compliance, for reports."""

from tests.integration.compliance.conftest import product

__all__ = ["product"]
