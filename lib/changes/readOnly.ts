import { EvenkeelError } from '../model/error.ts'

export type Mode = 'observe' | 'tune'

/** Throws `read_only` in observe mode, in which no write of any kind reaches a target. */
export function refuseReadOnly(mode: Mode): void {
  if (mode !== 'tune') throw new EvenkeelError('read_only', 'Evenkeel is in observe mode: nothing is written to a target.')
}
