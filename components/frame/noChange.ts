import type { FrameView } from '@/lib/model/answers/frame.ts'

/** Why nothing is written to a target, for a button that would write; null when it may. */
export const noWriteBecause = (frame: FrameView | undefined): string | null =>
  frame?.mode === 'observe' ? 'Nothing is written in observe mode.' : null

/** Why no change can begin, for the button that would begin one; null when one can. */
export function noChangeBecause(frame: FrameView | undefined): string | null {
  return noWriteBecause(frame) ?? (frame?.saving ? `A change could not be stored: ${frame.saving.because}.` : null)
}

/** Why somebody may not do what needs the role of an admin; null when they may. */
export const noAdminBecause = (frame: FrameView | undefined): string | null =>
  frame?.person && frame.person.role !== 'admin' ? `This needs the role admin; yours is ${frame.person.role}.` : null

/** Why somebody may not do what needs the role of an operator; null when they may. While nobody has to sign in, everybody may. */
export const noOperatorBecause = (frame: FrameView | undefined): string | null =>
  frame?.person?.role === 'viewer' ? 'This needs the role operator; yours is viewer.' : null
