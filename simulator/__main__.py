"""`python -m simulator --port 8010 --config accounts.json`"""

import argparse
import asyncio
import contextlib
import logging
import signal
from pathlib import Path

from aiohttp import web

from simulator.app import SHUTDOWN_SECONDS, build_app
from simulator.settings import Settings


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="simulator", description="A carrier and telephones for the desk.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--config", type=Path, help="JSON file of accounts; may be written later")
    parser.add_argument("--prefix-url", default="", help="resolves addresses of the config that name no host")
    parser.add_argument(
        "--public-url", default="", help="how customers reach this carrier; default host and port"
    )
    parser.add_argument("--speech-rate", type=float, default=15.0, help="characters per second; 0 at once")
    parser.add_argument("--time-scale", type=float, default=1.0, help="multiplies pauses and time-outs")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Listen until told to stop."""
    base_url = options.public_url or f"http://{options.host}:{options.port}"
    settings = Settings(speech_rate=options.speech_rate, time_scale=options.time_scale)
    app = build_app(options.config, prefix_url=options.prefix_url, settings=settings, base_url=base_url)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        print(f"Carrier simulator listening on {base_url}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def main() -> None:
    """Run the command."""
    options = arguments()
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()
