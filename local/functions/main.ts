/** Runs one function, whose file is the argument, until whoever started this is gone. */

async function endWithParent(): Promise<never> {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit();
}

endWithParent();
await import(Deno.args[0]);
