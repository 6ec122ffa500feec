import type { Tone } from '@/components/ui/status.tsx'
import type { WarmRunView } from '@/lib/model/answers/warming.ts'

/** How a run stands, in a word or two. */
export function runState({ state, held, end }: Pick<WarmRunView, 'state' | 'held' | 'end'>): { tone: Tone; text: string } {
  if (state === 'running') return held ? { tone: 'warning', text: 'Waits' } : { tone: 'change', text: 'Warming' }
  if (end === 'failed') return { tone: 'critical', text: 'Failed' }
  if (end === 'sent' || end === 'warm' || end === 'resolved') return { tone: 'ok', text: 'Done' }
  return { tone: 'info', text: end === 'stopped' ? 'Stopped' : 'Cut short' }
}
