"""Drive supabase-py, sync or async, by the method names of supabase-js."""

import asyncio
import io
import ssl
import threading
import uuid
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from inspect import isawaitable
from pathlib import Path
from typing import Any

import httpx
from postgrest import APIError
from storage3.exceptions import StorageApiError
from storage3.types import CreateSignedUploadUrlOptions
from supabase import AsyncClientOptions, ClientOptions, create_async_client, create_client
from supabase_auth.errors import AuthError
from supabase_functions.errors import FunctionsError
from supabase_functions.utils import FunctionRegion
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.clients.drivers.channels import Channels
from tests.clients.drivers.words import HEADERS, camel, header, keywords, plain, snake, takes_options
from tests.clients.scenarios.answers import Answer
from tests.clients.scenarios.language import BYTES, STREAMS, Call, File

WRITES = ("insert", "upsert", "update", "delete")
PROPERTIES = ("name", "status", "code", "message", "details", "hint", "reasons")
PATIENCE = 60


class PythonDriver:
    """Clients by name, each created at its first call. Answers are converted to supabase-js's form."""

    def __init__(self, url: str, folder: Path, is_async: bool) -> None:
        self.name = "supabase-py, async" if is_async else "supabase-py"
        self._url, self._folder, self._is_async = url, folder, is_async
        self._clients: dict[str, Any] = {}
        self._channels, self._open = Channels(), AsyncExitStack()
        self._trust = ssl.create_default_context()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, client: str, key: str, calls: tuple[Call, ...]) -> Answer:
        answer: Answer = self._run(self._call(client, key, calls))
        return answer

    def close(self) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, words: Coroutine[Any, Any, Any]) -> Any:
        """Run the coroutine on the driver's own thread, so that channels receive between calls."""
        return asyncio.run_coroutine_threadsafe(words, self._loop).result(2 * PATIENCE)

    async def _end(self) -> None:
        if self._is_async:
            for client in self._clients.values():
                await client.remove_all_channels()
        await self._open.aclose()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _call(self, client_name: str, key: str, calls: tuple[Call, ...]) -> Answer:
        if client_name not in self._clients:
            self._clients[client_name] = await self._made(key)
        client, family = self._clients[client_name], calls[0][0]
        try:
            match family:
                case "storage":
                    return await self._files(client.storage, calls[1:])
                case "auth":
                    return await self._account(client.auth, calls[1:])
                case "functions":
                    return await self._invoked(client.functions, *(calls[1][1] or ()))
                case "channel":
                    return await self._channels.run(client, client_name, calls)
                case "realtime":
                    return Answer(await client.realtime.set_auth(*(calls[1][1] or ())))
                case "removeAllChannels":
                    return Answer(await client.remove_all_channels())
                case "fetch":
                    return await self._fetched(*(calls[0][1] or ()))
                case "resumable":
                    return await self._resumable(client, key, calls)
            return await self._rows(client, calls)
        except (APIError, AuthError, FunctionsError, StorageApiError) as error:
            properties = {name: getattr(error, name, None) for name in PROPERTIES}
            return Answer(error=properties | {"status": int(properties["status"] or 0)})
        except TusCommunicationError as error:
            return Answer(error={"status": error.status_code, "message": str(error.response_content)})

    async def _made(self, key: str) -> Any:
        if self._is_async:
            http = await self._open.enter_async_context(
                httpx.AsyncClient(timeout=PATIENCE, verify=self._trust)
            )
            options = AsyncClientOptions(auto_refresh_token=False, httpx_client=http)
            client = await create_async_client(self._url, key, options)
            client.realtime.timeout = PATIENCE
            return client
        sync_http = self._open.enter_context(httpx.Client(timeout=PATIENCE, verify=self._trust))
        return create_client(self._url, key, ClientOptions(auto_refresh_token=False, httpx_client=sync_http))

    async def _rows(self, client: Any, calls: tuple[Call, ...]) -> Answer:
        names = [name for name, _ in calls]
        unread = not {"select", "rpc"} & set(names)
        value = client
        for name, arguments in calls:
            words = [*(arguments or ())]
            if name == "not":
                value = value.not_.filter(*words)
            elif name == "setHeader":
                value.request.headers[words[0]] = words[1]
            else:
                options = keywords(name, words.pop()) if takes_options(name, words) else {}
                if name in WRITES and unread:
                    options["returning"] = "minimal"
                value = getattr(value, snake(name))(*words, **options)
        answer = await awaited(value.execute())
        if answer is None or unread:
            return Answer(count=getattr(answer, "count", None))
        return Answer(answer.data, answer.count)

    async def _account(self, auth: Any, calls: tuple[Call, ...]) -> Answer:
        *path, (name, arguments) = calls
        for attribute, _ in path:
            auth = getattr(auth, attribute)
        words = [*(arguments or ())]
        match name, words:
            case "setSession", [{"access_token": access, "refresh_token": refresh}]:
                words = [access, refresh]
            case "refreshSession", [{"refresh_token": refresh}]:
                words = [refresh]
            case "listUsers", [{"page": page, "perPage": size}]:
                words = [page, size]
        data = plain(await awaited(getattr(auth, snake(name))(*words)))
        wrapped = {"getSession": "session", "listUsers": "users"}
        return Answer({wrapped[name]: data} if name in wrapped else data)

    async def _files(self, storage: Any, calls: tuple[Call, ...]) -> Answer:
        value = storage
        for name, arguments in calls[:-1]:
            value = getattr(value, snake(name))(*(arguments or ()))
        name, arguments = calls[-1]
        words: list[Any] = [self._file(word) if isinstance(word, File) else word for word in arguments or ()]
        match name, words:
            case "upload" | "update" | "uploadToSignedUrl", [*_, dict() as options]:
                words[-1] = {HEADERS.get(key, key): header(value) for key, value in options.items()}
            case "createBucket", [bucket, options]:
                words = [bucket, None, {snake(key): value for key, value in options.items()}]
            case "updateBucket", [_, options]:
                words[-1] = {snake(key): value for key, value in options.items()}
            case "createSignedUploadUrl", [_, {"upsert": True}]:
                words[-1] = CreateSignedUploadUrlOptions(upsert="true")
        try:
            data = plain(await awaited(getattr(value, snake(name))(*words)))
        finally:
            for word in words:
                if isinstance(word, io.IOBase):
                    word.close()
        match name:
            case "copy":
                data = {"path": data["Key"]}
            case "getPublicUrl":
                data = {"publicUrl": data}
            case "info":
                data = {camel(key): value for key, value in data.items()}
        return Answer(data)

    def _file(self, file: File) -> bytes | io.BufferedReader | Path:
        if file.form in BYTES:
            return file.whole
        path = self._folder / uuid.uuid4().hex
        path.write_bytes(file.whole)
        return path.open("rb") if file.form in STREAMS else path

    async def _invoked(self, functions: Any, name: str, options: Mapping[str, Any] | None = None) -> Answer:
        """supabase-py needs the type of the response, which supabase-js takes from the content type."""
        request = {"responseType": "json", **(options or {})}
        if isinstance(request.get("body"), File):
            request["body"] = request["body"].whole
        if "region" in request:
            request["region"] = FunctionRegion(request["region"])
        data = await awaited(functions.invoke(name, request))
        return Answer(data.decode() if request["responseType"] == "text" else data)

    async def _fetched(self, url: str, options: Mapping[str, Any] | None = None) -> Answer:
        wanted = {"method": "GET", "url": url} | dict(options or {})
        if self._is_async:
            async with httpx.AsyncClient(timeout=PATIENCE, verify=self._trust) as http:
                answer = await http.request(**wanted)
        else:
            with httpx.Client(timeout=PATIENCE, verify=self._trust) as sync_http:
                answer = sync_http.request(**wanted)
        headers = dict(answer.headers)
        return Answer({"status": answer.status_code, "headers": headers, "content": answer.content})

    async def _resumable(self, client: Any, key: str, calls: tuple[Call, ...]) -> Answer:
        """Begin an upload to a bucket with tuspy, or continue the one at a URL."""
        (_, bucket), (act, words) = calls
        place, file, options = (*(words or ()), {})[:3]
        session = await awaited(client.auth.get_session())
        headers = {"apikey": key, "authorization": f"Bearer {session.access_token if session else key}"}
        if options.get("upsert"):
            headers["x-upsert"] = "true"
        if "signature" in options:
            headers = {"apikey": key, "x-signature": options["signature"]}
        endpoint = f"{options.get('through', self._url)}/storage/v1/upload/resumable"
        server = TusClient(f"{endpoint}/sign" if "signature" in options else endpoint, headers=headers)
        make = server.async_uploader if self._is_async else server.uploader
        described = {"bucketName": (bucket or ("",))[0], "objectName": place, "contentType": file.kind}
        described |= {name: options[name] for name in ("cacheControl", "metadata") if name in options}
        upload = make(
            file_stream=io.BytesIO(file.whole),
            chunk_size=options.get("chunkSize", 2**31),
            metadata=described if act == "upload" else None,
            url=place if act == "resume" else None,
            retries=len(options.get("retryDelays", ())),
            retry_delay=0,
        )
        begun = upload.offset
        await awaited(upload.upload(stop_at=options.get("stopAt")))
        return Answer({"url": upload.url, "begun": begun, "offset": upload.offset})


async def awaited(value: Any) -> Any:
    return await value if isawaitable(value) else value
