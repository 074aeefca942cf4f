"""The company behind the sample hotline: the two HTTP services that its flows look things up at."""

from aiohttp import web

HOST, PORT = "127.0.0.1", 8799


async def _balance(request: web.Request) -> web.Response:
    body = await request.json()
    if not body.get("id_number"):
        return web.json_response({})
    return web.json_response({"balance": 1280.5, "due": "2026-12-08", "overdue_days": 0})


async def _progress(request: web.Request) -> web.Response:
    return web.json_response({"application": request.query.get("application", ""), "until": "2026-12-01"})


async def start() -> web.AppRunner:
    """Serve on loopback; `cleanup()` of the runner ends it."""
    app = web.Application()
    app.router.add_post("/accounts/balance", _balance)
    app.router.add_get("/loans/progress", _progress)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, PORT, reuse_address=True).start()
    return runner
