"""Worker processes: bytes in, bytes out, and nothing a worker does can end the run.

The workers are forked, so they have the parent's tables without being sent them; no threads, as
the parser holds the GIL.  ``multiprocessing`` and ``concurrent.futures`` are not used: their
pools take threads of their own, import for 50 ms, and hang or break as a whole when a worker is
killed.  Here a worker that dies loses the item it had in hand; what was still before it goes
to a new one.

The time limit of an item is CPU time, so that a busy machine changes no result; the kernel
enforces it (SIGPROF), as no Python signal handler would run inside the parser.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import struct
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from typing import NoReturn

import msgspec

from kscan.errors import InputError

MEMORY_LIMIT = 2 << 30
"""Address space of a worker in bytes: one file in hand cannot take the machine's memory."""

_LENGTH = struct.Struct("!Q")


class Item(msgspec.Struct, frozen=True):
    """A piece of work: ``data`` says it all, ``index`` tells which it is."""

    index: int
    data: bytes


class Answer(msgspec.Struct, frozen=True):
    """What became of an item.  ``data`` is None where the worker died: ``reason`` says how."""

    index: int
    data: bytes | None
    reason: str = ""


class _Worker(msgspec.Struct):
    pid: int
    channel: socket.socket
    pending: deque[Item] = msgspec.field(default_factory=deque)


def run(
    chunks: Iterable[Sequence[Item]], work: Callable[[bytes], bytes], *, workers: int, cpu_seconds: float
) -> Generator[Answer, None, None]:
    """Answers to all items, in the order they come in.  To be closed when left early.

    ``chunks`` are taken as workers become free; ``work`` runs in the workers.  Without ``cpu_seconds``
    an item may take as long as it does.
    """
    feed = iter(chunks)
    crew: list[_Worker] = []
    try:
        while len(crew) < workers and (chunk := next(feed, None)) is not None:
            _start(crew, work, cpu_seconds, chunk)
        while crew:
            for worker in _ready(crew):
                item = worker.pending.popleft()
                data = _receive(worker.channel)
                if data is not None:
                    yield Answer(item.index, data)
                    if not worker.pending:
                        _feed(crew, worker, next(feed, None))
                    continue
                rest: Sequence[Item] | None = worker.pending or next(feed, None)
                reason = _bury(crew, worker)
                if rest:
                    _start(crew, work, cpu_seconds, rest)
                yield Answer(item.index, None, reason.format(cpu_seconds=cpu_seconds))
    finally:
        for worker in crew:
            os.kill(worker.pid, signal.SIGKILL)
        while crew:
            _bury(crew, crew[0])


class Ahead:
    """Work in a process of its own, begun before its answer is needed.  Raises InputError where none can be.

    ``cpu_seconds`` are as for ``run``.
    """

    def __init__(self, work: Callable[[], bytes], cpu_seconds: float = 0) -> None:
        self._crew: list[_Worker] = []
        _start(self._crew, lambda _data: work(), cpu_seconds, [Item(0, b"")])

    def answer(self) -> bytes | None:
        """Wait for the answer, to be asked for once; None where the process died."""
        found = _receive(self._crew[0].channel)
        self.stop()
        return found

    def stop(self) -> None:
        """End the process, whatever it does."""
        for worker in tuple(self._crew):
            # It may not see the end of its channel, as processes that were forked later hold it, too.
            os.kill(worker.pid, signal.SIGKILL)
            _bury(self._crew, worker)


def _start(
    crew: list[_Worker], work: Callable[[bytes], bytes], cpu_seconds: float, chunk: Sequence[Item]
) -> None:
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise _unstartable(error) from error
    # Between fork and its entry in the crew, a KeyboardInterrupt would leave a worker behind.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pid = os.fork()
        if pid == 0:
            # Whoever keeps the parent's end of a channel keeps its worker from seeing the parent's end.
            _be_worker(theirs, [ours, *(worker.channel for worker in crew)], work, cpu_seconds)
        crew.append(_Worker(pid, ours))
    except OSError as error:
        ours.close()
        raise _unstartable(error) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        theirs.close()
    _feed(crew, crew[-1], chunk)


def _unstartable(error: OSError) -> InputError:
    return InputError("worker process", f"cannot be started: {error.strerror}", "give a smaller -j")


def _feed(crew: list[_Worker], worker: _Worker, chunk: Sequence[Item] | None) -> None:
    """Give a worker its next chunk, or leave to go where there is none."""
    if chunk is None:
        _bury(crew, worker)
        return
    worker.pending.extend(chunk)
    with suppress(OSError):  # it may have died: reading from it will tell
        worker.channel.sendall(_LENGTH.pack(len(chunk)))
        for item in chunk:
            _send(worker.channel, item.data)


def _ready(crew: Sequence[_Worker]) -> list[_Worker]:
    poll = select.poll()
    by_handle = {worker.channel.fileno(): worker for worker in crew}
    for handle in by_handle:
        poll.register(handle, select.POLLIN)
    return [by_handle[handle] for handle, _ in poll.poll()]


def _bury(crew: list[_Worker], worker: _Worker) -> str:
    """Close the channel, wait for the worker's end, and say what it was."""
    crew.remove(worker)
    worker.channel.close()
    _, status = os.waitpid(worker.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGPROF:
        return "took more than {cpu_seconds:g} s of CPU time"
    if code == -signal.SIGKILL:
        return "its worker process was killed, perhaps for want of memory"
    if code < 0:
        return f"its worker process crashed ({signal.Signals(-code).name})"
    return f"its worker process ended with status {code}"


def _be_worker(
    channel: socket.socket,
    others: Sequence[socket.socket],
    work: Callable[[bytes], bytes],
    cpu_seconds: float,
) -> NoReturn:
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its workers
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for other in others:
            other.close()
        gc.disable()  # facts hold no cycles worth collecting; collecting doubles the time
        _limit_resources()
        while (chunk := _receive_chunk(channel)) is not None:
            for data in chunk:
                signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
                answer = work(data)
                signal.setitimer(signal.ITIMER_PROF, 0)
                _send(channel, answer)
        status = 0
    finally:
        # Nothing of the parent's may run here: no exit handler, no flush of its buffers, no traceback.
        os._exit(status)


def _limit_resources() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core file in the user's tree
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)  # native code tells of its failures there; the parent says it in one line


def _send(channel: socket.socket, data: bytes) -> None:
    channel.sendall(_LENGTH.pack(len(data)))
    channel.sendall(data)


def _receive_chunk(channel: socket.socket) -> list[bytes] | None:
    """All items of the next chunk; None where no more will come.

    Taken as a whole before work begins: a worker that answers while the parent still sends
    would have both of them wait for room in a full channel.
    """
    head = _receive_exactly(channel, _LENGTH.size)
    if head is None:
        return None
    (count,) = _LENGTH.unpack(head)
    chunk = [_receive(channel) for _ in range(count)]
    return [data for data in chunk if data is not None]


def _receive(channel: socket.socket) -> bytes | None:
    """The next message; None where the other side is gone."""
    try:
        head = _receive_exactly(channel, _LENGTH.size)
        return None if head is None else _receive_exactly(channel, *_LENGTH.unpack(head))
    except ConnectionError:
        return None


def _receive_exactly(channel: socket.socket, size: int) -> bytes | None:
    parts = []
    while size:
        part = channel.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
