import { z } from 'zod'
import { type DrillView, drillAnswer } from '../../model/answers/drill.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import { onePage } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

/** Faults that the demo can inject into its own fleet. Empty on a real one. */
export async function listDrills(runtime: Runtime): Promise<Page<DrillView>> {
  if (!runtime.drills) return onePage([])
  const answer = z.object({ items: z.array(drillAnswer) }).safeParse(await ask(`${runtime.drills}/drills`, 'GET'))
  if (!answer.success)
    throw new EvenkeelError(
      'malformed',
      "The demo's drill controller did not answer with its list of drills. Check that it has the same version as Evenkeel.",
    )
  return onePage(answer.data.items)
}

export const startDrill = (runtime: Runtime, name: string): Promise<DrillView> => steer(runtime, name, 'POST')
/** Ends a drill early; it cleans up first. */
export const endDrill = (runtime: Runtime, name: string): Promise<DrillView> => steer(runtime, name, 'DELETE')

async function steer(runtime: Runtime, name: string, method: 'POST' | 'DELETE'): Promise<DrillView> {
  if (!runtime.drills) throw new EvenkeelError('not_found', 'Drills exist on the demo fleet alone; this fleet is real.')
  const answer = drillAnswer.safeParse(await ask(`${runtime.drills}/drills/${encodeURIComponent(name)}`, method))
  if (!answer.success)
    throw new EvenkeelError(
      'malformed',
      "The demo's drill controller did not answer with the drill. Check that it has the same version as Evenkeel.",
    )
  return answer.data
}

async function ask(url: string, method: string): Promise<unknown> {
  const response = await fetch(url, { method, signal: AbortSignal.timeout(5000) }).catch(() => {
    throw new EvenkeelError('unreachable', "The demo's drill controller does not answer.")
  })
  if (response.status === 404) throw new EvenkeelError('not_found', 'There is no drill of that name.')
  if (response.status === 409) throw new EvenkeelError('busy', 'A drill is running already; wait for its end.')
  if (!response.ok) throw new EvenkeelError('unreachable', `The demo's drill controller answered ${response.status}.`)
  return response.json().catch(() => null)
}
