/** A time whose references are missing, epoch ms. */
export type Gap = { from: number; to: number }

/** So much of the time may be missing: of six hours seven minutes. What is read again after a gap was mostly read before it as well. */
const SHARE_MOST = 0.02

/**
 * Since when references can be taken as one stream: the earliest moment after which gaps are a small part of the time. Across a larger one keys
 * would seem to be used again sooner than they are. Null: of all of it.
 */
export function unbrokenSince(gaps: readonly Gap[], first: number, last: number): number | null {
  const within = merged(gaps).filter(({ to }) => to > first && to <= last)
  let missing = within.reduce((sum, { from, to }) => sum + to - Math.max(from, first), 0)
  let since = first
  for (const { from, to } of within) {
    if (missing <= SHARE_MOST * (last - since)) break
    missing -= to - Math.max(from, first)
    since = to
  }
  return since === first ? null : since
}

/** The same times without overlaps, in order: several reporters lose the same minutes. */
function merged(gaps: readonly Gap[]): Gap[] {
  const all: Gap[] = []
  for (const gap of [...gaps].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last && gap.from <= last.to) last.to = Math.max(last.to, gap.to)
    else all.push({ ...gap })
  }
  return all
}
