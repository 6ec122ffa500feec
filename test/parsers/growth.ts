import { fastest, spentMs } from '../cpuTime.ts'
import type { Parser } from './list.ts'
import { brokenBy } from './refusal.ts'
import { worstOf } from './worst.ts'

/** Shorter times are too noisy to compare. */
const NOTHING_MS = 4
/** Tolerated growth beyond linear: noise and garbage collection of a megabyte; a quadratic parser takes ten times more. */
const noiseAt = (size: number) => (size < 1_000_000 ? 4 : 8)

/**
 * The worst texts of a parser for which it takes longer than in proportion from one size to the next, or that break it. Most are told by one
 * run at the smaller size, because what is quadratic is slow there already; the rest are measured, the least of three runs each.
 */
export function steep(parser: Parser, sizes: readonly [small: number, large: number] | null): string[] {
  if (!sizes) return []
  const [small, large] = sizes
  const found: string[] = []
  const suspects = new Set<string>()
  for (const [what, text] of worstOf(parser, small)) {
    const begun = spentMs()
    const broken = brokenBy(parser, text)
    if (broken !== undefined) found.push(`${parser.name}: ${what}, ${small}: ${String(broken).slice(0, 200)}`)
    if (spentMs() - begun > NOTHING_MS / 2) suspects.add(what)
  }
  if (suspects.size === 0) return found
  const shorter = new Map(worstOf(parser, small))
  for (const [what, text] of worstOf(parser, large)) {
    if (!suspects.has(what)) continue
    const before = fastest(() => brokenBy(parser, shorter.get(what)!))
    // Warm now: it was the first run that was slow.
    if (before <= NOTHING_MS) continue
    const most = before * (large / small) * noiseAt(large)
    const begun = spentMs()
    brokenBy(parser, text)
    if (spentMs() - begun <= most) continue
    const after = fastest(() => brokenBy(parser, text))
    if (after > most)
      found.push(`${parser.name}: ${what}: ${Math.round(before)} ms for ${small} characters, ${Math.round(after)} ms for ${large}`)
  }
  return found
}
