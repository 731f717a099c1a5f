"""Signing works wherever it is called from: also where an event loop runs, as under some servers."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from courses.certificate.loops import waited_for


async def seven() -> int:
    return 7


def test_a_coroutine_is_waited_for_without_a_loop_and_within_one() -> None:
    async def within() -> int:
        return waited_for(seven)

    # In a thread of its own: in the main one the loop of the browser tests may run.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(waited_for, seven).result() == 7
        assert pool.submit(asyncio.run, within()).result() == 7
