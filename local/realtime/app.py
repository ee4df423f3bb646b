"""The routes of Realtime: the WebSocket, and broadcasts by HTTP."""

from starlette.responses import JSONResponse
from starlette.routing import Route, Router, WebSocketRoute
from starlette.websockets import WebSocket

from local.realtime import broadcasts
from local.realtime.connection import Connection
from local.realtime.context import realtime_of
from local.realtime.messages import V1, VERSIONS
from local.realtime.tokens import Refused, claims_of
from local.shares import FullError, holder

FULL = "ConnectionRateLimitReached: Too many connected users"


async def connect(websocket: WebSocket) -> None:
    realtime = realtime_of(websocket)
    version = websocket.query_params.get("vsn", V1)
    token = websocket.headers.get("x-api-key") or websocket.query_params.get("apikey", "")
    try:
        claims_of(token, realtime.settings.jwt_secret)
        if version not in VERSIONS:
            raise Refused("InvalidVersion", "vsn is 1.0.0 or 2.0.0")
    except Refused as refused:
        await websocket.send_denial_response(JSONResponse({"message": str(refused)}, 403))
        return
    address, held = holder.get(), realtime.holdings.connections
    try:
        held.take(address)
    except FullError:
        await websocket.send_denial_response(JSONResponse({"message": FULL}, 429, {"Retry-After": "1"}))
        return
    connection = Connection(websocket, realtime, version, token, address)
    realtime.connections.add(connection)
    try:
        await connection.run()
    finally:
        realtime.connections.discard(connection)
        held.give(address)


router = Router(
    [
        WebSocketRoute("/websocket", connect),
        Route("/api/broadcast", broadcasts.several, methods=["POST"]),
        Route("/api/broadcast/", broadcasts.several, methods=["POST"]),
        Route("/api/broadcast/{topic_and_event:path}", broadcasts.one, methods=["POST"]),
    ],
    redirect_slashes=False,
)
