"""Record request/response pairs from a server with the Supabase Storage API.

usage: record_storage.py STORAGE_URL JWT_SECRET DATABASE_URL OUT.jsonl

Makes a policy on storage.objects: in the bucket mine-RUN, users own the folder named by their id. Ids, tokens
and times are replaced by <kind>, so that two servers can be compared line by line.
"""

import base64
import json
import os
import re
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg

RUN = uuid.uuid4().hex[:6]
ANN, BOB = str(uuid.uuid4()), str(uuid.uuid4())
MINE, PUBLIC, SMALL = f"mine-{RUN}", f"pub-{RUN}", f"small-{RUN}"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT")
KEPT = {
    *("content-type", "content-range", "accept-ranges", "cache-control", "content-disposition"),
    *("content-length", "tus-resumable", "upload-offset", "upload-length", "x-robots-tag"),
}
POLICY = """
    create policy "p_{run}" on storage.objects for all to authenticated
    using (bucket_id = '{bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text)
    with check (bucket_id = '{bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text)
"""
TEXT = {"content-type": "text/plain"}
TUS = {"tus-resumable": "1.0.0"}
PIECE = {**TUS, "content-type": "application/offset+octet-stream"}


def tokens(secret: str) -> dict[str, str]:
    now = int(time.time())
    anyone = {"iss": "supabase", "exp": now + 3600}
    user = {**anyone, "role": "authenticated", "aud": "authenticated"}
    claims = {
        "anon": {**anyone, "role": "anon"},
        "service": {**anyone, "role": "service_role"},
        "ann": {**user, "sub": ANN},
        "bob": {**user, "sub": BOB},
        "expired": {"role": "authenticated", "sub": ANN, "exp": now - 60},
    }
    return {name: jwt.encode(claim, secret) for name, claim in claims.items()} | {"garbage": "a.b.c"}


def without_ids(text: str) -> str:
    named = text.replace(ANN, "<ann>").replace(BOB, "<bob>")
    return re.sub(r"token=[\w.\-]+", "token=<token>", UUID.sub("<uuid>", named)).replace(RUN, "RUN")


def normal(value: Any, key: str | None = None) -> Any:
    if isinstance(value, dict):
        return {name: normal(item, name) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [normal(item, key) for item in value]
    if not isinstance(value, str):
        return value
    if TIME.match(value):
        return "<time>"
    return {"eTag": "<etag>", "etag": "<etag>", "token": "<token>"}.get(key or "", without_ids(value))


class Recorder:
    def __init__(self, http: httpx.Client, secret: str) -> None:
        self.http, self.tokens = http, tokens(secret)
        self.api_key = os.environ.get("SUPABASE_ANON_KEY") or self.tokens["anon"]
        self.rows: list[dict[str, Any]] = []

    def call(self, case: str, method: str, path: str, who: str | None = "service", **given: Any) -> Any:
        """The answer's JSON, or its headers when it has none."""
        own = {"Authorization": f"Bearer {self.tokens[who]}", "apikey": self.api_key} if who else {}
        headers = given.pop("headers", None)
        response = self.http.request(method, path, headers={**own, **(headers or {})}, **given)
        content = given.get("content")
        request = {
            **{"method": method, "path": without_ids(path), "as": who, "json": normal(given.get("json"))},
            **{"bytes": len(content) if content else None, "headers": headers},
        }
        body = _body(response)
        headers = _compared_headers(response, body)
        recorded = {"status": response.status_code, "body": normal(body), "headers": headers}
        self.rows.append({"case": case, "request": request, "response": recorded})
        return body if isinstance(body, dict | list) else dict(response.headers)

    def put(
        self, case: str, path: str, data: bytes = b"hello world", who: str | None = "ann", **more: Any
    ) -> None:
        headers = {"content-type": more.pop("kind", "text/plain"), **more.pop("headers", {})}
        self.call(case, more.pop("method", "POST"), path, who, content=data, headers=headers)


def _compared_headers(response: httpx.Response, body: Any) -> dict[str, str]:
    """The headers that are compared. How long JSON is depends on what it names."""
    headers = {name: without_ids(value) for name, value in response.headers.items() if name in KEPT}
    if isinstance(body, dict | list):
        headers.pop("content-length", None)
    if "location" in response.headers:
        headers["location"] = "<location>"
    return headers


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return f"<{len(response.content)} bytes>" if response.content else ""


def run(recorder: Recorder) -> None:
    """The cases, in the order of the first recording: later ones build on what earlier ones made."""
    _buckets(recorder)
    _uploads(recorder)
    _downloads(recorder)
    _signing(recorder)
    _folders(recorder)
    _resumable(recorder)
    _removal(recorder)


def _buckets(recorder: Recorder) -> None:
    call = recorder.call

    def create(case: str, name: str, who: str = "service", **more: Any) -> None:
        call(case, "POST", "/bucket", who, json={"id": name, "name": name, **more})

    create("bucket create private", MINE, public=False)
    create("bucket create public", PUBLIC, public=True)
    types = ["text/plain", "image/*"]
    create("bucket create limits", SMALL, public=False, file_size_limit=10, allowed_mime_types=types)
    create("bucket create duplicate", MINE)
    create("bucket create as user", f"x{RUN}", who="ann")
    create("bucket create bad name", f"bad/na me{RUN}")
    call("bucket create no name", "POST", "/bucket", json={})
    call("bucket get", "GET", f"/bucket/{SMALL}")
    call("bucket get missing", "GET", "/bucket/nope")
    call("bucket get as anon", "GET", f"/bucket/{MINE}", "anon")
    call("bucket update", "PUT", f"/bucket/{SMALL}", json={"public": True, "file_size_limit": "20B"})


def _uploads(recorder: Recorder) -> None:
    put, own = recorder.put, f"/object/{MINE}/{ANN}"
    put("upload own folder", f"{own}/a.txt")
    put("upload again", f"{own}/a.txt")
    put("upload upsert", f"{own}/a.txt", b"hello again", headers={"x-upsert": "true"})
    put("upload put", f"{own}/a.txt", b"hello put!!", method="PUT")
    put("upload cache control", f"{own}/c.txt", headers={"cache-control": "max-age=3600"})
    put("upload someone else's folder", f"/object/{MINE}/{BOB}/a.txt")
    put("upload as anon", f"{own}/z.txt", who="anon")
    put("upload expired token", f"{own}/z.txt", who="expired")
    put("upload garbage token", f"{own}/z.txt", who="garbage")
    put("upload without token", f"{own}/z.txt", who=None)
    put("upload missing bucket", f"/object/nope/{ANN}/a.txt")
    put("upload too large", f"/object/{SMALL}/a.txt", b"x" * 30, who="service")
    put("upload wrong mime", f"/object/{SMALL}/a.bin", b"x", who="service", kind="application/octet-stream")
    put("upload mime wildcard", f"/object/{SMALL}/a.png", b"x", who="service", kind="image/png")
    put("upload bad key", f"{own}/bad%5Bname.txt")
    put("upload traversal", f"{own}/..%2F..%2Fetc%2Fpasswd")
    put("upload empty", f"{own}/empty.txt", b"")
    fields = {"cacheControl": (None, "3600"), "metadata": (None, json.dumps({"a": 1}))}
    form = {**fields, "": ("m.txt", b"multi part", "text/plain")}
    recorder.call("upload multipart", "POST", f"{own}/m.txt", "ann", files=form)
    put("upload public", f"/object/{PUBLIC}/p.txt", who="service")


def _downloads(recorder: Recorder) -> None:
    path = f"/object/{MINE}/{ANN}/a.txt"

    def get(case: str, path: str, who: str | None = "ann", **headers: str) -> None:
        recorder.call(case, "GET", path, who, headers=headers or None)

    get("download own", f"/object/authenticated/{MINE}/{ANN}/a.txt")
    get("download short path", path)
    get("download other's", path, "bob")
    get("download anon", path, "anon")
    get("download missing", f"/object/{MINE}/{ANN}/nope.txt")
    get("download range", path, range="bytes=0-4")
    get("download range open", path, range="bytes=6-")
    get("download range bad", path, range="bytes=99-200")
    get("download public", f"/object/public/{PUBLIC}/p.txt", None)
    get("download public as attachment", f"/object/public/{PUBLIC}/p.txt?download=x.txt", None)
    get("download private through public", f"/object/public/{MINE}/{ANN}/a.txt", None)
    recorder.call("head own", "HEAD", path, "ann")
    get("info own", f"/object/info/{MINE}/{ANN}/a.txt")
    get("info missing", f"/object/info/{MINE}/{ANN}/nope.txt")


def _signing(recorder: Recorder) -> None:
    call, path = recorder.call, f"/object/sign/{MINE}/{ANN}"
    url = call("sign", "POST", f"{path}/a.txt", "ann", json={"expiresIn": 60}).get("signedURL", "/x")
    call("signed get", "GET", url, None)
    call("signed get other path", "GET", url.replace("a.txt", "c.txt"), None)
    call("signed get tampered", "GET", url[:-4] + "AAAA", None)
    call("signed get no token", "GET", url.split("?")[0], None)
    short = call("sign 1 s", "POST", f"{path}/a.txt", "ann", json={"expiresIn": 1}).get("signedURL", "/x")
    time.sleep(2.2)
    call("signed get expired", "GET", short, None)
    call("sign other's", "POST", f"{path}/a.txt", "bob", json={"expiresIn": 60})
    call("sign missing", "POST", f"{path}/nope.txt", "ann", json={"expiresIn": 60})
    call("sign bad expiry", "POST", f"{path}/a.txt", "ann", json={"expiresIn": "soon"})
    both = {"expiresIn": 60, "paths": [f"{ANN}/a.txt", f"{ANN}/nope.txt"]}
    call("sign many", "POST", f"/object/sign/{MINE}", "ann", json=both)
    path = f"/object/upload/sign/{MINE}/{ANN}/su.txt"
    url = call("signed upload url", "POST", path, "ann", json={}).get("url", "/x")
    recorder.put("signed upload", url, b"signed upload", None, method="PUT")
    recorder.put("signed upload again", url, b"signed upload", None, method="PUT")


def _folders(recorder: Recorder) -> None:
    def ask(case: str, who: str = "ann", **body: Any) -> None:
        recorder.call(case, "POST", f"/object/list/{MINE}", who, json=body)

    def bring(case: str, how: str, source: str, target: str) -> None:
        keys = {"sourceKey": f"{ANN}/{source}", "destinationKey": target}
        recorder.call(case, "POST", f"/object/{how}", "ann", json={"bucketId": MINE, **keys})

    ask("list", prefix=ANN, limit=100, offset=0, sortBy={"column": "name", "order": "asc"})
    ask("list root", prefix="")
    ask("list other's", "bob", prefix=ANN)
    ask("list search", prefix=ANN, search="a.t")
    ask("list no prefix")
    bring("move", "move", "c.txt", f"{ANN}/d.txt")
    bring("move missing", "move", "c.txt", f"{ANN}/e.txt")
    bring("move onto existing", "move", "d.txt", f"{ANN}/a.txt")
    bring("move into other's", "move", "d.txt", f"{BOB}/d.txt")
    bring("copy", "copy", "d.txt", f"{ANN}/f.txt")
    bring("copy existing", "copy", "d.txt", f"{ANN}/f.txt")


def _resumable(recorder: Recorder) -> None:
    call, path = recorder.call, "/upload/resumable"

    def create(case: str, **named: str) -> Any:
        pairs = (f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items())
        described = {"upload-metadata": ",".join(pairs)} if named else {}
        return call(case, "POST", path, "ann", headers={**TUS, "upload-length": "11", **described})

    created = create("tus create", bucketName=MINE, objectName=f"{ANN}/t.txt", contentType="text/plain")
    if location := created.get("location"):
        path = f"{path}/{location.rsplit('/', 1)[1]}"
        call("tus head", "HEAD", path, "ann", headers=TUS)
        first, second = {**PIECE, "upload-offset": "0"}, {**PIECE, "upload-offset": "6"}
        call("tus patch 1", "PATCH", path, "ann", content=b"hello ", headers=first)
        call("tus patch wrong offset", "PATCH", path, "ann", content=b"x", headers=first)
        call("tus patch 2", "PATCH", path, "ann", content=b"world", headers=second)
        call("tus result", "GET", f"/object/{MINE}/{ANN}/t.txt", "ann")
    path = "/upload/resumable"
    create("tus create other's", bucketName=MINE, objectName=f"{BOB}/t.txt", contentType="text/plain")
    create("tus create no metadata")


def _removal(recorder: Recorder) -> None:
    call, path = recorder.call, f"/object/{MINE}"
    call("remove one", "DELETE", f"{path}/{ANN}/f.txt", "ann")
    call("remove one again", "DELETE", f"{path}/{ANN}/f.txt", "ann")
    call("remove other's", "DELETE", f"{path}/{ANN}/a.txt", "bob")
    call("remove many", "DELETE", path, "ann", json={"prefixes": [f"{ANN}/m.txt", f"{ANN}/nope.txt"]})
    call("remove many other's", "DELETE", path, "bob", json={"prefixes": [f"{ANN}/a.txt"]})
    call("bucket delete not empty", "DELETE", f"/bucket/{MINE}")
    call("bucket empty", "POST", f"/bucket/{MINE}/empty")
    call("bucket delete", "DELETE", f"/bucket/{MINE}")
    call("bucket delete again", "DELETE", f"/bucket/{MINE}")
    call("bucket delete as user", "DELETE", f"/bucket/{PUBLIC}", "ann")


def main(url: str, secret: str, database_url: str, out: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(POLICY.format(run=RUN, bucket=MINE).encode())
        with httpx.Client(base_url=url, timeout=60) as http:
            recorder = Recorder(http, secret)
            run(recorder)
        connection.execute(f'drop policy "p_{RUN}" on storage.objects'.encode())
    Path(out).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in recorder.rows))
    sys.stdout.write(f"{len(recorder.rows)} cases\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
