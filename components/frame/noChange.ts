import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { PersonRole } from '@/lib/model/answers/person.ts'
import { authorityText, reachesAt, reachesSomewhere } from '@/lib/model/roles.ts'
import type { Labels } from '@/lib/model/series.ts'

/** Why nothing is written to a target, for a button that would write; null when it may. */
export const noWriteBecause = (frame: FrameView | undefined): string | null =>
  frame?.mode === 'observe' ? 'Nothing is written in observe mode.' : null

/** Why no change can begin, for the button that would begin one; null when one can. */
export function noChangeBecause(frame: FrameView | undefined): string | null {
  return noWriteBecause(frame) ?? (frame?.saving ? `A change could not be stored: ${frame.saving.because}.` : null)
}

/**
 * Why somebody may not do what needs the role of an admin; null when they may. `labels`: those of what it is done to, where the role may be given by
 * label; without them it is needed everywhere.
 */
export const noAdminBecause = (frame: FrameView | undefined, labels?: Labels): string | null => noRoleBecause(frame, 'admin', labels)

/** The same of the role of an operator. While nobody has to sign in, everybody may. */
export const noOperatorBecause = (frame: FrameView | undefined, labels?: Labels): string | null => noRoleBecause(frame, 'operator', labels)

/** Why somebody is operator nowhere, where what it is about is only said later; null when they are somewhere. */
export const nowhereOperatorBecause = (frame: FrameView | undefined): string | null =>
  frame?.person && reachesSomewhere(frame.person, 'operator') ? null : noRoleBecause(frame, 'operator', undefined)

function noRoleBecause(frame: FrameView | undefined, role: PersonRole, labels: Labels | undefined): string | null {
  const person = frame?.person
  if (!person || reachesAt(person, role, labels)) return null
  return person.grants
    ? `This needs the role ${role} here; you are ${authorityText(person)}.`
    : `This needs the role ${role}; yours is ${person.role}.`
}
