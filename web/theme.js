// Before anything is painted: the theme that the reader chose, or the system's. A classic script, so that it blocks.
{
  const chosen = localStorage.getItem("theme");
  const light = globalThis.matchMedia("(prefers-color-scheme: light)").matches;
  document.documentElement.dataset.theme = chosen ?? (light ? "light" : "dark");
}
