"""The routes of the Storage part, and how what goes wrong in them is answered."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import psycopg_pool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from local.failures import report
from local.storage import limits
from local.storage.answers import Answer
from local.storage.endpoints import buckets, downloads, listing, moving, removing, resumable, signing, uploads
from local.storage.errors import StorageError, of_database, of_disk, respond

Endpoint = Callable[[Request], Awaitable[Response]]

HERE = Path(__file__).parent

log = logging.getLogger(__name__)


def answering(endpoint: Endpoint, operation: str) -> Endpoint:
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
    await Answer(body, 404)(scope, receive, send)


async def status(_request: Request) -> Response:
    return PlainTextResponse("OK")


def route(method: str, path: str, endpoint: Endpoint, operation: str) -> Route:
    made = Route(path, answering(endpoint, operation), methods=[method])
    made.methods = {method}
    return made


def tus(method: str, path: str, endpoint: Endpoint, operation: str) -> list[Route]:
    """With a token, and under /sign with a signature."""
    endpoint = resumable.speaking_tus(endpoint)
    paths = [f"/upload/resumable{signed}{path}" for signed in ("/sign", "")]
    return [route(method, found, endpoint, f"tus.upload.{operation}") for found in paths]


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
        route("POST", "/object/move", moving.moved, "object.move"),
        route("POST", "/object/copy", moving.copied, "object.copy"),
        route("POST", "/object/list/{bucket}", listing.listed, "object.list"),
        route("POST", "/object/list-v2/{bucket}", listing.paged, "object.list_v2"),
        route("POST", "/object/sign/{bucket}", signing.many, "object.sign_many"),
        route("POST", f"/object/sign/{NAME}", signing.one, "object.sign"),
        route("GET", f"/object/sign/{NAME}", downloads.signed, "object.get_signed"),
        route("POST", f"/object/upload/sign/{NAME}", signing.upload, "object.sign_upload_url"),
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
        route("DELETE", f"/object/{NAME}", removing.one, "object.delete"),
        route("DELETE", "/object/{bucket}", removing.many, "object.delete_many"),
        *tus("POST", "", resumable.created, "create"),
        *tus("POST", "/", resumable.created, "create"),
        # Clients that can send no other method name it in a header, which the real server does not read.
        *tus("POST", "/{id}", resumable.created, "create"),
        *tus("HEAD", "/{id}", resumable.told, "get"),
        *tus("PATCH", "/{id}", resumable.continued, "part"),
        *tus("DELETE", "/{id}", resumable.terminated, "delete"),
        *(
            route("OPTIONS", f"/upload/resumable{path}", resumable.abilities, "tus.options")
            for path in ("", "/sign", "/{id}", "/sign/{id}")
        ),
        # A known path with another method is as unknown.
        Mount("", not_found),
    ],
    redirect_slashes=False,
)
