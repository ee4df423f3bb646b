"""DELETE /object/BUCKET/NAME, and of several names at once."""

from starlette.requests import Request
from starlette.responses import Response

from local.storage import names
from local.storage.context import caller_of
from local.storage.errors import no_such_key
from local.storage.json_bodies import STRINGS, Field, body
from local.storage.json_responses import JsonResponse
from local.storage.models import Object
from local.storage.object_writes import changing_files

MANY = {"prefixes": Field(STRINGS, required=True, minimum=1)}


async def one(request: Request) -> Response:
    bucket, name = request.path_params["bucket"], request.path_params["name"]
    names.check_bucket(bucket)
    async with changing_files(request, caller_of(request)) as change:
        row = await change.tx.row("delete_object", bucket=bucket, name=name)
        if row is None:
            raise no_such_key()
        change.remove([row["version"]])
    return JsonResponse({"message": "Successfully deleted"})


async def many(request: Request) -> Response:
    """Delete the files that the caller may delete; the others are skipped."""
    caller, bucket = caller_of(request), request.path_params["bucket"]
    fields = await body(request, MANY)
    names.check_bucket(bucket)
    async with changing_files(request, caller) as change:
        rows = await change.tx.rows("delete_objects", bucket=bucket, names=fields["prefixes"])
        change.remove(row["version"] for row in rows)
    return JsonResponse([Object.of(row).as_json() for row in rows])
