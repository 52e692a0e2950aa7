"""A Dask cluster as what runs a build's work."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from changebook.keep.digests import software
from changebook.refusal import Refusal

#: Seconds to wait for the scheduler.
_PATIENCE = 10
#: How often work is given to another worker when one was lost with it.
_RETRIES = 3


@contextmanager
def dask_executor(scheduler: str) -> Iterator[Executor]:
    """Give what runs work on a Dask cluster whose workers see the same folders as this machine.

    Raises Refusal without the package, where nobody answers at the address, and for workers with
    other versions than ours, whose sites would be others.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - it is not installed with everybody
    except ImportError:
        raise Refusal("--executor dask needs more: pip install 'changebook[dask]'") from None
    try:
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise Refusal(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        answers = client.run(software, on_error="return")
        if not answers:
            raise Refusal(f"the Dask scheduler at {scheduler} has no workers: start some")
        others = [worker for worker, answer in answers.items() if answer != software()]
        if others:
            raise Refusal(
                f"{', '.join(sorted(others))} has other versions of Changebook or its packages: "
                "install the same lock there"
            )
        yield client.get_executor(pure=False, retries=_RETRIES)  # type: ignore[no-untyped-call]
