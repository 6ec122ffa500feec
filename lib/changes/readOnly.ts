import { EvenkeelError } from '../model/error.ts'

export type Mode = 'observe' | 'tune'

/** The refusal of observe mode, in which no write of any kind reaches a target; null in tune mode. */
export const readOnly = (mode: Mode): EvenkeelError | null =>
  mode === 'tune' ? null : new EvenkeelError('read_only', 'Evenkeel is in observe mode: nothing is written to a target.')

/** Throws `read_only` in observe mode. */
export function refuseReadOnly(mode: Mode): void {
  const refusal = readOnly(mode)
  if (refusal) throw refusal
}
