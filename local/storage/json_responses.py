"""JSON responses with the content type of the real server."""

from starlette.responses import JSONResponse


class JsonResponse(JSONResponse):
    media_type = "application/json; charset=utf-8"
