/** Answers are remembered for so many addresses. */
const MOST = 50

/**
 * The newest answers that came with a tag, by address: the server need not send again what has not changed, and what is the same stays the very same
 * value, so that nothing is drawn anew.
 */
export function createKnownAnswers(most = MOST) {
  const known = new Map<string, { etag: string; value: unknown }>()
  return {
    etag: (url: string): string | undefined => known.get(url)?.etag,
    value: (url: string): unknown => known.get(url)?.value,
    keep(url: string, etag: string | null, value: unknown) {
      known.delete(url)
      if (etag === null) return
      known.set(url, { etag, value })
      if (known.size > most) known.delete(known.keys().next().value!)
    },
  }
}
