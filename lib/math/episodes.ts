/** A stretch of steps from what began it to what ended it; `end` is null while it lasts. */
export type Episode<B> = { start: number; end: number | null; began: B }

/**
 * Walks forward over `count` steps and latches: `begins(i)` opens an episode with what it was judged against, frozen; `lasts(i, episode)`
 * keeps it open. So a rule without memory still compares a fault that goes on with the time before it, not with itself. `begins` gets
 * the end of the last episode, so that it can leave the fault out of its baseline. Returns the newest episode, or null.
 */
export function newestEpisode<B>(
  count: number,
  begins: (i: number, since: number) => B | null,
  lasts: (i: number, episode: { start: number; began: B }) => boolean,
): Episode<B> | null {
  let newest: Episode<B> | null = null
  let since = 0
  for (let i = 0; i < count; i++) {
    if (newest && newest.end === null) {
      if (lasts(i, newest)) continue
      newest.end = i
      since = i
      continue
    }
    const began = begins(i, since)
    if (began !== null) newest = { start: i, end: null, began }
  }
  return newest
}
