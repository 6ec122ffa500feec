import type { HeldBack } from '../../engine/dispatch/mute.ts'
import { duration } from '../../format/format.ts'
import { subjectName } from '../../model/finding.ts'
import { iso } from '../http/iso.ts'

/** Why a finding is not told, in the middle of a sentence. */
export function heldWords(held: HeldBack): string {
  if (held.why === 'flaps') return `it flaps: it began ${held.times} times within ${duration(600_000)}; it is told when it is steadier`
  const name = subjectName(held.by.subject)
  if (held.until === null) return `it follows from ${name}, which is down`
  return `it follows from ${name}, which was down; it is told at ${iso(held.until).slice(11, 19)} UTC if it still fires`
}
