/** Runs one function, whose file is the argument, with what Supabase's runtime has besides Deno's own. */

const BACKGROUND_ENDS_WITHIN = 150_000;

const background = new Set<Promise<unknown>>();

/** Work that goes on after an answer. What goes wrong there is logged and ends nothing. */
function waitUntil<Result>(work: Promise<Result>): Promise<Result> {
  const watched = work.catch(console.error).finally(() => background.delete(watched));
  background.add(watched);
  return work;
}

/** Whoever started this closes its input, or is gone. */
async function endWithParent(): Promise<never> {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  dispatchEvent(new Event("beforeunload"));
  const late = new Promise((end) => setTimeout(end, BACKGROUND_ENDS_WITHIN));
  await Promise.race([Promise.all(background), late]);
  Deno.exit();
}

Object.assign(globalThis, { EdgeRuntime: { waitUntil } });
endWithParent();
const { default: served } = await import(Deno.args[0]);
if (served?.fetch) Deno.serve((request, about) => served.fetch(request, about));
