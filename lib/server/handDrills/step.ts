import { HAND_WAIT_MS, type HandDrill } from '../../model/handDrill.ts'

type Seen = {
  gone: boolean
  now: number
  /** Each expectation beside what came, of those parts that lie before a moment. */
  outcomes(drill: HandDrill, until: number): NonNullable<HandDrill['drill']['outcomes']>
}

/** The state machine of a drill by hand: what it becomes when this is seen; the same object where nothing changed. */
export function steppedHandDrill(drill: HandDrill, { gone, now, outcomes }: Seen): HandDrill {
  const { state, at, goneAt } = drill
  const { lastsMs } = drill.drill
  if (state === 'waiting') {
    if (gone) return { ...drill, state: 'away', goneAt: now }
    return now - at > HAND_WAIT_MS ? { ...drill, state: 'called_off' } : drill
  }
  if (state !== 'away') return drill
  const scored = drill.drill.outcomes ? drill : { ...drill, drill: { ...drill.drill, outcomes: outcomes(drill, now) } }
  if (!gone) return { ...scored, state: 'returned', backAt: now }
  return now >= goneAt! + lastsMs ? scored : drill
}
