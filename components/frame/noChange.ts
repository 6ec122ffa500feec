import type { FrameView } from '@/lib/model/views.ts'

/** Why no change can begin, for the button that would begin one; null when one can. */
export function noChangeBecause(frame: FrameView | undefined): string | null {
  if (frame?.mode === 'observe') return 'Nothing is written in observe mode.'
  return frame?.saving ? `A change could not be written down: ${frame.saving.because}.` : null
}
