"""Signing works wherever it is called from: also where an event loop runs, as under some servers."""

import asyncio

from courses.certificate.loops import waited_for


async def seven() -> int:
    return 7


def test_a_coroutine_is_waited_for_without_a_loop_and_within_one() -> None:
    async def within() -> int:
        return waited_for(seven)

    assert waited_for(seven) == 7
    assert asyncio.run(within()) == 7
