"""How passwords are kept: argon2id with the settings that OWASP asks for (promise S6)."""

from people.services import accounts


def test_a_password_is_kept_as_argon2id_with_46_mebibytes() -> None:
    assert accounts.HASHER.hash("a long password").startswith("$argon2id$v=19$m=47104,t=1,p=1$")
