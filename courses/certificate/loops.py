"""Waiting for what pyHanko offers as coroutines alone, wherever one is called from."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def waited_for(begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a coroutine gives. A thread that runs an event loop may not run another: a second thread does it then."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(begin())
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(begin())).result()
