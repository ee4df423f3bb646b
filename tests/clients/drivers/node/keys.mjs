// What an app and a server of its own do with supabase-js and the two API keys they were given.
import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';

const [url, publicKey, secretKey] = process.argv.slice(2);
const auth = { autoRefreshToken: false, persistSession: false };
const app = createClient(url, publicKey, { auth });
const server = createClient(url, secretKey, { auth: { ...auth, storageKey: 'server' } });
console.log = console.info = console.warn = console.error;

const told = {};
const good = ({ data, error }) => {
  if (error) throw error;
  return data;
};
const invoked = async (body) => good(await app.functions.invoke('hello', { body })).message;
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAAB4iG8MwAAAABJRU5ErkJggg==',
  'base64',
);

told.popular = good(await app.rpc('get_popular_items', { limit: 1 }));
told.hello = await invoked({ name: 'guest' });
told['admin as guest'] = (await app.auth.admin.listUsers()).error.code;

const { user } = good(await app.auth.signUp({ email: `${randomUUID()}@example.com`, password: 'correct horse' }));
told.profiles = good(await app.from('profiles').select('id')).length;
const path = `${user.id}/a b+c.png`;
good(await app.storage.from('avatars').upload(path, PIXEL, { contentType: 'image/png' }));
told.file = good(await app.storage.from('avatars').download(path)).type;
told['hello as user'] = await invoked({});

told.admin = good(await server.auth.admin.getUserById(user.id)).user.id === user.id;
told.accounts = good(await server.from('accounts').select('id').eq('id', user.id)).length;
good(await server.storage.from('avatars').remove([path]));

const guest = createClient(url, publicKey, { auth: { ...auth, storageKey: 'guest' } });
const joined = (channel) => new Promise((resolve, reject) => {
  channel.subscribe((status, error) => (status === 'SUBSCRIBED' ? resolve() : error && reject(error)));
});
const topic = `room ${randomUUID()}`;
const heard = [];
const all = new Promise((resolve) => {
  guest.channel(topic).on('broadcast', { event: 'news' }, ({ payload }) => heard.push(payload) === 2 && resolve());
});
await joined(guest.getChannels()[0]);
await server.channel(topic).httpSend('news', { by: 'http' });
const speaker = server.getChannels()[0];
await joined(speaker);
await speaker.send({ type: 'broadcast', event: 'news', payload: { by: 'socket' } });
await all;
[told['heard by http'], told.heard] = heard;

good(await server.auth.admin.deleteUser(user.id));
process.stdout.write(JSON.stringify(told));
process.exit();
