/**
 * The people of a title: who directed and wrote it, then the cast in the order of billing.
 */
import { html, useId } from "../ui.js";
import { has, t } from "../i18n.js";
import { useData } from "./states.js";

/**
 * @param {{ id: string, load: () => Promise<import("../api/catalog.js").Credit[]>, authors: string[] }} properties
 */
export function People({ id, load, authors }) {
  const heading = useId();
  const credits = useData(load, [id]);
  const people = [
    ...authors.map((name) => ({ id: name, name, job: "author", character: null })),
    ...(credits.value ?? []),
  ];
  if (!people.length) return null;
  return html`
    <section class="people" aria-labelledby=${heading}>
      <h2 id=${heading}>${t("title.people")}</h2>
      <ul>${people.map((person) =>
        html`
          <li key=${person.id + person.job}>
            <a href="/search?q=${encodeURIComponent(person.name)}">
              <span class="initials" aria-hidden="true">${initials(person.name)}</span>
              <span><b>${person.name}</b><small>${person.character ??
                (has(`job.${person.job}`) ? t(`job.${person.job}`) : person.job)}</small></span>
            </a>
          </li>
        `
      )}
      </ul>
    </section>
  `;
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/);
  return [words[0], words.length > 1 ? words[words.length - 1] : ""].map((word) => [...word][0] ?? "").join(
    "",
  );
}
