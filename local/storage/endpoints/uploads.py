"""POST and PUT /object/BUCKET/NAME, and PUT to a signed URL: a file in one request."""

from starlette.requests import Request
from starlette.responses import Response

from local.storage import file_bodies, object_writes
from local.storage.callers import service
from local.storage.context import caller_of
from local.storage.endpoints.signed_urls import signed_claims
from local.storage.json_responses import JsonResponse
from local.storage.models import Object
from local.storage.object_writes import Destination
from local.storage.tokens import UPLOAD


async def created(request: Request) -> Response:
    return await _answer(request, upsert=request.headers.get("x-upsert") == "true")


async def updated(request: Request) -> Response:
    return await _answer(request, upsert=True)


async def by_signed_url(request: Request) -> Response:
    """The policies were checked when the URL was signed."""
    claims = signed_claims(request, UPLOAD)
    owner = service(claims.get("owner"))
    stored = await _store(request, Destination(*_target(request), owner, claims.get("upsert") is True))
    return JsonResponse({"Key": f"{stored.bucket_id}/{stored.name}"})


async def _answer(request: Request, upsert: bool) -> Response:
    stored = await _store(request, Destination(*_target(request), caller_of(request), upsert))
    return JsonResponse({"Id": str(stored.id), "Key": f"{stored.bucket_id}/{stored.name}"})


def _target(request: Request) -> tuple[str, str]:
    return request.path_params["bucket"], request.path_params["name"]


async def _store(request: Request, destination: Destination) -> Object:
    try:
        return await object_writes.store(request, destination)
    except Exception:
        await file_bodies.drain(request)
        raise
