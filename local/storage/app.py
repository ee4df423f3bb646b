"""The routes of Storage, and the responses for errors."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import psycopg_pool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from local.error_log import report
from local.storage import limits
from local.storage.endpoints import (
    buckets,
    deletions,
    downloads,
    listings,
    moves,
    signed_urls,
    tus_uploads,
    uploads,
)
from local.storage.errors import StorageError, of_database, of_disk, respond
from local.storage.json_responses import JsonResponse

Endpoint = Callable[[Request], Awaitable[Response]]

HERE = Path(__file__).parent

log = logging.getLogger(__name__)


def handled(endpoint: Endpoint, operation: str) -> Endpoint:
    async def answer(request: Request) -> Response:
        request.state.operation = f"storage.{operation}"
        try:
            await limits.count(request)
            return await endpoint(request)
        except StorageError as error:
            return respond(error)
        except ClientDisconnect:
            return Response(status_code=499)
        except psycopg_pool.PoolTimeout as error:
            report(log, HERE, request, error)
            return respond(StorageError(503, "DatabaseTimeout", "The database does not answer", http=503))
        except psycopg.Error as error:
            refusal = of_database(error)
            report(log, HERE, request, error, logging.ERROR if refusal.http >= 500 else logging.INFO)
            return respond(refusal)
        except OSError as error:
            report(log, HERE, request, error)
            return respond(of_disk(error))
        except Exception as error:
            report(log, HERE, request, error)
            return respond(StorageError(500, "InternalError", "Internal server error"))

    return answer


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    target = scope["raw_path"].decode("latin-1") + ("?" if scope["query_string"] else "")
    path = target.removeprefix(scope.get("root_path", "")) + scope["query_string"].decode("latin-1")
    message = f"Route {scope['method']}:{path} not found"
    body: dict[str, object] = {"message": message, "error": "Not Found", "statusCode": 404}
    if path.split("/")[1:2] in (["bucket"], ["object"], ["render"]):
        body |= {"statusCode": "404", "code": "InvalidRequest"}
    await JsonResponse(body, 404)(scope, receive, send)


async def status(_request: Request) -> Response:
    return PlainTextResponse("OK")


def route(method: str, path: str, endpoint: Endpoint, operation: str) -> Route:
    added = Route(path, handled(endpoint, operation), methods=[method])
    added.methods = {method}
    return added


def tus(method: str, path: str, endpoint: Endpoint, operation: str) -> list[Route]:
    """Two routes: with a token, and under /sign with a signature."""
    endpoint = tus_uploads.tus_endpoint(endpoint)
    paths = [f"/upload/resumable{signed}{path}" for signed in ("/sign", "")]
    return [route(method, route_path, endpoint, f"tus.upload.{operation}") for route_path in paths]


NAME = "{bucket}/{name:path}"
router = Router(
    [
        Route("/status", status),
        route("POST", "/bucket", buckets.created, "bucket.create"),
        route("GET", "/bucket", buckets.listed, "bucket.list"),
        route("GET", "/bucket/{bucket}", buckets.one, "bucket.get"),
        route("PUT", "/bucket/{bucket}", buckets.updated, "bucket.update"),
        route("POST", "/bucket/{bucket}/empty", buckets.emptied, "bucket.empty"),
        route("DELETE", "/bucket/{bucket}", buckets.deleted, "bucket.delete"),
        route("POST", "/object/move", moves.moved, "object.move"),
        route("POST", "/object/copy", moves.copied, "object.copy"),
        route("POST", "/object/list/{bucket}", listings.listed, "object.list"),
        route("POST", "/object/list-v2/{bucket}", listings.paged, "object.list_v2"),
        route("POST", "/object/sign/{bucket}", signed_urls.many, "object.sign_many"),
        route("POST", f"/object/sign/{NAME}", signed_urls.one, "object.sign"),
        route("GET", f"/object/sign/{NAME}", downloads.signed, "object.get_signed"),
        route("POST", f"/object/upload/sign/{NAME}", signed_urls.upload, "object.sign_upload_url"),
        route("PUT", f"/object/upload/sign/{NAME}", uploads.by_signed_url, "object.upload_signed"),
        route("GET", f"/object/public/{NAME}", downloads.public, "object.get_public"),
        route("HEAD", f"/object/public/{NAME}", downloads.public_head, "object.info_public"),
        route("GET", f"/object/info/public/{NAME}", downloads.public_info, "object.info_public"),
        route(
            "GET", f"/object/info/authenticated/{NAME}", downloads.own_info, "object.get_authenticated_info"
        ),
        route("GET", f"/object/info/{NAME}", downloads.optional_info, "object.get_authenticated_info"),
        route("GET", f"/object/authenticated/{NAME}", downloads.own, "object.get_authenticated"),
        route("HEAD", f"/object/authenticated/{NAME}", downloads.own_head, "object.head_authenticated_info"),
        route("GET", f"/object/{NAME}", downloads.optional, "object.get_authenticated"),
        route("HEAD", f"/object/{NAME}", downloads.optional_head, "object.head_authenticated_info"),
        route("POST", f"/object/{NAME}", uploads.created, "object.upload"),
        route("PUT", f"/object/{NAME}", uploads.updated, "object.upload_update"),
        route("DELETE", f"/object/{NAME}", deletions.one, "object.delete"),
        route("DELETE", "/object/{bucket}", deletions.many, "object.delete_many"),
        *tus("POST", "", tus_uploads.created, "create"),
        *tus("POST", "/", tus_uploads.created, "create"),
        # A POST to an upload creates one too: as in the real server, X-HTTP-Method-Override is not read.
        *tus("POST", "/{id}", tus_uploads.created, "create"),
        *tus("HEAD", "/{id}", tus_uploads.offset, "get"),
        *tus("PATCH", "/{id}", tus_uploads.continued, "part"),
        *tus("DELETE", "/{id}", tus_uploads.terminated, "delete"),
        *(
            route("OPTIONS", f"/upload/resumable{path}", tus_uploads.options, "tus.options")
            for path in ("", "/sign", "/{id}", "/sign/{id}")
        ),
        # A known path with another method is unknown too.
        Mount("", not_found),
    ],
    redirect_slashes=False,
)
