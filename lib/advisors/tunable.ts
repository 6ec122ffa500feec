import { text } from '../format/format.ts'
import type { RingSpec } from '../model/ring.ts'
import type { Pool } from '../model/topology.ts'
import { withOneMore, withoutLast } from '../rings/consistentForm.ts'
import { movedShare } from '../rings/placement.ts'
import { ringMemo } from '../rings/ringMemo.ts'

/** The lines of configuration that let a pool's weights be set at run time, and what writing them moves; null where no line would help. */
export function tunable({ tunable, ring }: Pool): { lines: string; moves: string } | null {
  if (!tunable) return null
  const { lines, becomes } = tunable
  if (ring && becomes) return { lines, moves: onceText(ring, becomes) }
  return { lines, moves: 'Requests are shared out by the same weights as before: the switch itself moves nothing.' }
}

/** The one-time cost of the switch from one ring to another, in words. */
export function onceText(ring: RingSpec, becomes: RingSpec): string {
  return `The switch itself moves ${text(movedBySwitch(ring, becomes), 'ratio')} of the keys once: do it in a quiet hour.`
}

/** The keys that later edits of the fleet move, with the present ring and with the other one, in words. */
export function editsText(ring: RingSpec, becomes: RingSpec): string {
  const moves = (edit: (spec: RingSpec) => RingSpec) =>
    [ring, becomes].map((spec) => text(movedBySwitch(spec, edit(spec)), 'ratio')).join(' of the keys now and ')
  const fewer = ring.nodes.length > 1 ? `; one fewer ${moves(withoutLast).replace('of the keys now ', 'now ')} then` : ''
  return `One more server moves ${moves(withOneMore)} then${fewer}.`
}

/** Exact share of the keys that another ring gives another owner. */
const movedBySwitch = ringMemo((ring: RingSpec, becomes: RingSpec) => movedShare(ring, becomes))
