"""Processes that check clients and build editions, started when there is enough for them to do."""

from __future__ import annotations

import gc
import multiprocessing
import os
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import chain
from math import ceil
from threading import Lock, Thread, active_count
from typing import TypeVar

from changebook.check.survey import Surveyed, Task
from changebook.keep.digests import software
from changebook.refusal import Refusal

_T = TypeVar("_T")
_R = TypeVar("_R")
#: So many records are checked in the time that processes take to start.
_WORTH_STARTING = 150
#: More pieces than processes, so that all end at about the same time; and the clients of one.
_FOR_EACH_PROCESS, _MOST_AT_ONCE = 4, 32
#: To look for what is no longer used whenever a few hundred objects are made takes a tenth of all
#: time: hardly any of them form a circle.
_COLLECTED = (50_000, 20, 50)
#: MkDocs reads the environment, which is one for all threads.
_ONE_AT_A_TIME = Lock()


class Workers(ExitStack):
    """Up to `jobs` processes, or the executor that is given, for as long as they are needed.

    An executor may have workers elsewhere, which must have the same software, and several threads,
    of which one works at a time.
    """

    def __init__(
        self, jobs: int | None, preload: str = "", executor: Executor | None = None
    ) -> None:
        """Keep what to start: `preload` is the module that the work is in.

        Without it processes are copies of this one where they can be: they start at once, and have
        all that it holds.
        """
        super().__init__()
        self.jobs = jobs or _cores()
        self._preload = preload
        self._executor = executor
        self._is_elsewhere = executor is not None
        self.callback(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(*_COLLECTED)

    def check(self, work: Callable[[Task], Surveyed], tasks: Sequence[Task]) -> Iterable[Surveyed]:
        """Check the clients of tasks side by side, or here where they have few records."""
        is_long = self._is_elsewhere or sum(map(_records, tasks)) >= _WORTH_STARTING
        executor = self.executor(len(tasks)) if tasks and is_long else None
        if not executor:
            return map(work, tasks)
        # All tasks tell who the others are, which goes to a process once for several of them.
        size = min(ceil(len(tasks) / (self.jobs * _FOR_EACH_PROCESS)), _MOST_AT_ONCE)
        several = [tasks[first : first + size] for first in range(0, len(tasks), size)]
        return chain.from_iterable(executor.map(self.as_here(partial(_each, work)), several))

    def as_here(self, work: Callable[[_T], _R]) -> Callable[[_T], _R]:
        """Return work so that it is done elsewhere as it would be here, or refused."""
        return partial(_as_there, work, software()) if self._is_elsewhere else work

    def executor(self, tasks: int) -> Executor | None:
        """Return what runs so many tasks; None where they are best done one after another, here."""
        if self._executor is None and min(self.jobs, tasks) > 1:
            pool = ProcessPoolExecutor(self.jobs, processes(self._preload), _begin)
            self._executor = self.enter_context(pool)
        return self._executor


def _as_there(work: Callable[[_T], _R], expected: str, task: _T) -> _R:
    """Do work that came from another machine. Raises Refusal where the software is another."""
    if software() != expected:
        raise Refusal(
            f"the worker {platform.node()} has other versions of Changebook or its packages: "
            "install the same lock there"
        )
    with _ONE_AT_A_TIME:
        return work(task)


def _each(work: Callable[[Task], Surveyed], tasks: Sequence[Task]) -> list[Surveyed]:
    return [work(task) for task in tasks]


def _records(task: Task) -> int:
    return sum(1 for _ in task.folder.rglob("*.md"))


def _cores() -> int:
    """Return on how many processors this process may run."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def processes(preload: str) -> multiprocessing.context.BaseContext:
    """Return how processes begin: each as a copy of one that has loaded what all need.

    A copy of this process would have its lock and its terminal's thread; where it has neither, name
    nothing to be loaded.
    """
    if not preload and sys.platform == "linux" and active_count() == 1:
        return multiprocessing.get_context("fork")
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload or __name__])
    return context


def _begin() -> None:
    gc.freeze()  # what modules are made of stays
    gc.set_threshold(*_COLLECTED)
    end_with_parent()


def end_with_parent() -> None:
    """End a worker whose parent was killed, which must not go on writing."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent:
            parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()
