// Run SQL files on PostgreSQL 17, in order, in a database that lives in memory:
//   node check.mjs --platform=roles.sql --migrations=1.sql --migrations=2.sql --replayed=f.sql --snapshot=s.sql
// Those of the platform run as the superuser supabase_admin, migrations and replayed files as postgres, who is none.
// With --snapshot it prints the rows of those queries as JSON: after the migrations, and after the replayed files.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { btree_gist } from "@electric-sql/pglite/contrib/btree_gist";
import { citext } from "@electric-sql/pglite/contrib/citext";
import { fuzzystrmatch } from "@electric-sql/pglite/contrib/fuzzystrmatch";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { vector } from "@electric-sql/pglite/vector";

const extensions = { btree_gin, btree_gist, citext, fuzzystrmatch, pg_trgm, unaccent, vector };
const { values } = parseArgs({
  options: {
    platform: { type: "string", multiple: true, default: [] },
    migrations: { type: "string", multiple: true, default: [] },
    replayed: { type: "string", multiple: true, default: [] },
    snapshot: { type: "string", multiple: true, default: [] },
  },
});

const database = await PGlite.create({ extensions });
try {
  await makeSuperuser();
  trustVector();
  await runAll("supabase_admin", values.platform);
  await database.exec(`do $$ begin execute format('alter database %I owner to postgres', current_database()); end $$`);
  await runAll("postgres", values.migrations);
  const migrated = await takeSnapshot();
  await runAll("postgres", values.replayed);
  if (values.snapshot.length) process.stdout.write(JSON.stringify([migrated, await takeSnapshot()]));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
await database.close();

// PGlite's superuser is called postgres, which is not what the platform's role of that name may be.
async function makeSuperuser() {
  await database.exec(`
    create role renaming superuser login;
    set session authorization renaming;
    alter role postgres rename to supabase_admin;
    set session authorization supabase_admin;
    drop role renaming;
  `);
}

// Hosted Supabase lets `postgres` create it; in plain Postgres that takes the word `trusted`.
function trustVector() {
  const files = database.Module.FS;
  const path = "/tmp/pglite/share/postgresql/extension/vector.control";
  files.writeFile(path, `${files.readFile(path, { encoding: "utf8" })}\ntrusted = true\n`);
}

async function runAll(role, paths) {
  for (const path of paths) {
    const text = await readFile(path, "utf8");
    await database.exec(`reset all; set session authorization ${role}`);
    try {
      await database.transaction((transaction) => transaction.exec(text));
    } catch (error) {
      throw new Error(`${path}${placeOf(error, text)}: ${error.message}`, { cause: error });
    }
  }
}

// Each file's last statement returns objects and their definitions.
async function takeSnapshot() {
  await database.exec("reset all; set session authorization supabase_admin; set search_path = ''");
  const snapshot = {};
  for (const path of values.snapshot) {
    const results = await database.exec(await readFile(path, "utf8"));
    for (const { object, definition } of results.at(-1).rows) snapshot[object] = definition;
  }
  await database.exec("discard temp");
  return snapshot;
}

function placeOf(error, text) {
  return error.position ? `, line ${text.slice(0, error.position - 1).split("\n").length}` : "";
}
