/** A URL or path without the slashes at its end. Counted from there: a regex would try each run of slashes within. */
export function withoutTrailingSlashes(url: string): string {
  let end = url.length
  while (url[end - 1] === '/') end--
  return url.slice(0, end)
}
