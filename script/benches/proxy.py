"""`python -m script.benches.proxy PORT TARGET_PORT`: a TCP proxy that a bench may freeze with SIGSTOP."""

from __future__ import annotations

import asyncio
import contextlib
import sys


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def main(port: int, target_port: int) -> None:
    pumps: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target_port)
        except OSError:
            writer.close()
            return
        for pumping in (pump(reader, far_writer), pump(far_reader, writer)):
            task = asyncio.create_task(pumping)
            pumps.add(task)
            task.add_done_callback(pumps.discard)

    async with await asyncio.start_server(serve, "127.0.0.1", port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
