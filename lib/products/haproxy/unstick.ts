/** What else its configuration could say than the statement by which users stay on the server where they began; null where it says another thing. */
export function unstickOf(sticky: string | undefined): { sooner: string; hash: string } | null {
  if (sticky === undefined) return null
  const hash = 'balance source\nhash-type consistent'
  // Only cookies that HAProxy inserts can end by its own clock (configuration manual, `cookie`).
  if (/^cookie \S/.test(sticky)) return { sooner: `${sticky} insert indirect nocache maxidle 30m maxlife 8h`, hash }
  if (/^stick (on|match|store-request) /.test(sticky)) return { sooner: 'stick-table type ip size 1m expire 30m', hash }
  return null
}
