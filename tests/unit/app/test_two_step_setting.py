"""Whether accounts that open other people's records must sign in in two steps."""

import pytest
from pydantic import SecretStr, ValidationError

from app.config import Settings

IN_PRODUCTION = {
    "environment": "production",
    "secret_key": SecretStr("only-for-tests-0123456789-abcdefghijklmnop"),
    "base_url": "https://training.example.gov.uk",
    "support_email": "training@council.example",
}


@pytest.mark.parametrize(
    "said, policy", [(None, "required"), ("optional", "optional"), ("required", "required")]
)
def test_production_requires_it_unless_told_otherwise(said: str | None, policy: str) -> None:
    settings = Settings.model_validate({**IN_PRODUCTION, "two_step": said})
    assert settings.two_step_policy == policy
    assert settings.for_flask()["TWO_STEP"] == policy


@pytest.mark.parametrize("said, policy", [(None, "optional"), ("required", "required")])
def test_the_demo_can_be_tried_without_a_telephone(said: str | None, policy: str) -> None:
    assert Settings.model_validate({"two_step": said}).two_step_policy == policy


@pytest.mark.parametrize("said", ["off", "Required", "0"])
def test_another_word_is_refused(said: str) -> None:
    with pytest.raises(ValidationError, match="two_step"):
        Settings.model_validate({"two_step": said})
