import type { Tone } from '@/components/ui/status.tsx'
import type { Figure } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'

/** A target's state as a mark: up is grey. */
export const TARGET_TONE: Record<TargetView['state'], Tone> = { up: 'ok', down: 'critical', unknown: 'info' }

export const figureValue = (figure: Figure | undefined): number | null => (figure && 'value' in figure ? figure.value : null)
export const figureBecause = (figure: Figure | undefined): string | undefined =>
  figure && 'because' in figure ? figure.because : undefined

/** Used of the maximum; null where there is no maximum. */
export function memoryRatio(target: TargetView): number | null {
  const [used, max] = [figureValue(target.figures?.memoryUsed), figureValue(target.figures?.memoryMax)]
  return used !== null && max ? used / max : null
}

/** Seen as a cache or a store. */
export const isCache = (target: Pick<TargetView, 'role' | 'figures'>) => target.role !== undefined || target.figures !== undefined
