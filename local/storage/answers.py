"""Answers in JSON, as the real server labels them."""

from starlette.responses import JSONResponse


class Answer(JSONResponse):
    media_type = "application/json; charset=utf-8"
