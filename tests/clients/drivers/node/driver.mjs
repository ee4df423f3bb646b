// supabase-js and tus-js-client as an app in a browser has them. A line of JSON in is a call, a line out its answer.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createClient } from '@supabase/supabase-js';
import * as tus from 'tus-js-client';

const [url] = process.argv.slice(2);
const PATIENCE = 60_000;
const clients = new Map();
console.log = console.info = console.warn = console.error;

function clientNamed(name, key) {
  if (!clients.has(name)) {
    const auth = { autoRefreshToken: false, persistSession: false, storageKey: name };
    clients.set(name, createClient(url, key, { auth, realtime: { timeout: PATIENCE } }));
  }
  return clients.get(name);
}

const FORMS = {
  ArrayBuffer: (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  Buffer: (bytes) => bytes,
  Blob: (bytes, type) => new Blob([bytes], { type }),
  File: (bytes, type) => new File([bytes], 'a "name"; of its own.txt', { type }),
  FormData: (bytes, type) => {
    const form = new FormData();
    form.append('a field', new Blob([bytes], { type }), 'file');
    return form;
  },
  ReadableStream: (bytes) => new Blob([bytes]).stream(),
  Readable: (bytes) => Readable.from([bytes]),
  string: (bytes) => bytes.toString(),
};

const bytesOf = (file) => Buffer.alloc(Buffer.from(file.$file, 'base64').length * file.times, file.$file, 'base64');

function argument(value) {
  if (Array.isArray(value)) return value.map(argument);
  if (value && typeof value === 'object') {
    if ('$file' in value) return FORMS[value.form](bytesOf(value), value.kind);
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, argument(item)]));
  }
  return value;
}

async function sayable(value) {
  if (value instanceof Blob) return { $bytes: Buffer.from(await value.arrayBuffer()).toString('base64') };
  if (value instanceof ArrayBuffer) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof ReadableStream) return sayable(await new Response(value).blob());
  return value ?? null;
}

async function refusal(error) {
  if (error.context instanceof Response) {
    const told = await error.context.json().catch(() => ({}));
    return { ...told, status: error.context.status, name: error.name };
  }
  const { code, message, details, hint, reasons } = error;
  return { code, message, details, hint, reasons, status: Number(error.statusCode ?? error.status ?? 0) };
}

async function fetched(address, options) {
  const answer = await fetch(address, options);
  const content = Buffer.from(await answer.arrayBuffer()).toString('base64');
  const headers = Object.fromEntries(answer.headers);
  return { data: { status: answer.status, headers, content: { $bytes: content } } };
}

async function resumable(client, key, [[bucket], [act, [place, file, options = {}]]]) {
  const { data } = await client.auth.getSession();
  const headers = { apikey: key, authorization: `Bearer ${data.session?.access_token ?? key}` };
  if (options.upsert) headers['x-upsert'] = 'true';
  if (options.signature) {
    delete headers.authorization;
    headers['x-signature'] = options.signature;
  }
  const endpoint = `${options.through ?? url}/storage/v1/upload/resumable${options.signature ? '/sign' : ''}`;
  const metadata = { bucketName: bucket, objectName: place, contentType: file.kind };
  for (const name of ['cacheControl', 'metadata']) if (options[name]) metadata[name] = options[name];
  return new Promise((resolve, reject) => {
    let begun = null;
    const end = (offset) => resolve({ data: { url: upload.url, begun, offset } });
    const upload = new tus.Upload(bytesOf(file), {
      ...(act === 'resume' ? { uploadUrl: place } : { endpoint, metadata }),
      headers,
      chunkSize: options.chunkSize ?? Infinity,
      retryDelays: options.retryDelays ?? null,
      onProgress: (sent) => (begun ??= sent),
      onChunkComplete: (_size, accepted, total) => {
        if (options.stopAt && accepted >= options.stopAt && accepted < total) upload.abort().then(() => end(accepted));
      },
      onSuccess: () => end(bytesOf(file).length),
      onError: (error) => {
        const answer = error.originalResponse;
        if (!answer) return reject(error);
        resolve({ error: { status: answer.getStatus(), message: answer.getBody() } });
      },
    });
    upload.start();
  });
}

// What was heard on a topic by one client, however often it joined: kinds with messages, and how joining went.
const heardOn = new Map();

function heardBy(name, topic) {
  const place = JSON.stringify([name, topic]);
  if (!heardOn.has(place)) heardOn.set(place, { messages: [], states: [] });
  return heardOn.get(place);
}

const withBytes = async (told) => ('payload' in told ? { ...told, payload: await sayable(told.payload) } : told);

const CHANNEL_WORDS = {
  on(channel, { messages }, kind, asked) {
    channel.on(kind, asked, (told) => messages.push([kind, told]));
  },
  subscribe(channel, { states }) {
    return new Promise((resolve) =>
      channel.subscribe((state, error) => {
        states.push(state);
        resolve(state === 'SUBSCRIBED' ? { data: state } : { error: { message: error?.message ?? state } });
      }),
    );
  },
  presenceState: (channel) => ({ data: channel.presenceState() }),
};

async function onChannel(client, name, [[, [topic, ...options]], ...calls]) {
  const heard = heardBy(name, topic);
  const [[first, [kind] = []]] = calls;
  if (first === 'states') return { data: heard.states };
  if (first === 'heard') {
    const told = heard.messages.filter(([found]) => found === kind).map(([, message]) => message);
    return { data: await Promise.all(told.map(withBytes)) };
  }
  const channel = client.channel(topic, ...options);
  let answer;
  for (const [word, given] of calls) {
    const words = (given ?? []).map(argument);
    const own = CHANNEL_WORDS[word];
    answer = own ? await own(channel, heard, ...words) : { data: await channel[word](...words) };
  }
  return answer;
}

async function answered({ client: name, key, calls }) {
  if (calls[0][0] === 'fetch') return fetched(...calls[0][1]);
  let value = clientNamed(name, key);
  if (calls[0][0] === 'channel') return onChannel(value, name, calls);
  if (calls[0][0] === 'resumable') return resumable(value, key, [calls[0][1], calls[1]]);
  for (const [method, given] of calls) {
    value = given === null ? value[method] : value[method](...given.map(argument));
  }
  const { data, error, count } = (await value) ?? {};
  const isKnown = calls.at(-1)[0] === 'exists' && typeof data === 'boolean';
  return error && !isKnown ? { error: await refusal(error) } : { data: await sayable(data), count };
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answered(JSON.parse(line)).catch((error) => ({ thrown: `${error.stack ?? error}` }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
// Channels that are still open would keep it alive.
process.exit();
