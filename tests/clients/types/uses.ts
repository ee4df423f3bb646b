/** What a client's compiler knows of the database by its types. Each @ts-expect-error is a mistake it must find. */

import { createClient } from "npm:@supabase/supabase-js@2.119.1";
import type { Database, Tables, TablesInsert } from "../../../client_types/database.ts";

const client = createClient<Database>("http://127.0.0.1:54321", "key");

export async function reading(): Promise<string | null | undefined> {
  const { data } = await client.from("movies").select("id, title, release_year").eq("title", "Blade Runner")
    .single();
  const year: number | null | undefined = data?.release_year;
  // @ts-expect-error there is no such column
  data?.titel;
  // @ts-expect-error nor such a table
  client.from("films").select();
  // @ts-expect-error a year is a number
  const text: string = data?.release_year;
  return `${data?.title} ${year} ${text}`;
}

export async function writing(): Promise<void> {
  const rating: TablesInsert<"ratings"> = { item_id: "11111111-1111-4111-8111-111111111111", rating: 4.5 };
  await client.from("ratings").upsert(rating);
  await client.from("profiles").insert({ name: "Zoë", is_kids: true });
  // @ts-expect-error a profile has a name
  await client.from("profiles").insert({ is_kids: true });
  // @ts-expect-error a rating is a number
  await client.from("ratings").upsert({ item_id: rating.item_id, rating: "good" });
}

export async function joined(): Promise<string[]> {
  const { data } = await client.from("content").select("title, item_genres(genre_id)");
  return (data ?? []).map((film) => `${film.title} ${film.item_genres.length}`);
}

export async function calling(): Promise<Array<string | null>> {
  const { data } = await client.rpc("get_recommendations", { count: 10, kind: "movie" });
  // @ts-expect-error the parameter is called count
  await client.rpc("get_recommendations", { cuont: 10 });
  // @ts-expect-error there is no such function
  await client.rpc("get_recommendation", {});
  return (data ?? []).map((item) => item.reason);
}

export function shown(film: Tables<"content">): string {
  // @ts-expect-error no column of this name
  film.name;
  return film.title;
}
