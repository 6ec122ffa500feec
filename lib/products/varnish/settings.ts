import { z } from 'zod'
import { parseDuration } from '../../model/duration.ts'
import { EvenkeelError } from '../../model/error.ts'
import { PARAMS, type Param, secondsText } from './params.ts'

const SECONDS_MOST = 10 * 366 * 86_400
const SECONDS = /^\d{1,9}(?:\.\d{1,3})?$/

/** Seconds, or a duration with its unit; kept in seconds as Varnish tells them. */
export const TIME = z
  .string()
  .refine((text) => secondsOf(text) !== null, {
    message: 'seconds with at most three decimals, or a duration such as 10m; at most ten years',
  })
  .transform((text) => secondsText(secondsOf(text)!))
export const STATE = z.enum(['auto', 'healthy', 'sick'], {
  error: 'allowed: auto (its probe decides), healthy (whatever its probe says), sick (takes no requests)',
})

function secondsOf(text: string): number | null {
  const ms = parseDuration(text)
  const seconds = SECONDS.test(text) ? Number(text) : ms === null ? null : ms / 1_000
  return seconds !== null && seconds >= 0 && seconds <= SECONDS_MOST ? seconds : null
}

const PARAM_NAME = new RegExp(`^param/(${PARAMS.join('|')})$`)
/** Names of VCL objects: nothing that could end a word or be a pattern. */
export const BACKEND_NAME = /^backend\/([A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)?)\/state$/

export type Part = { is: 'param'; param: Param } | { is: 'backend'; backend: string }

/** What a setting's name names. Throws `not_found`. */
export function partOf(name: string): Part {
  const param = PARAM_NAME.exec(name)?.[1]
  if (param) return { is: 'param', param: param as Param }
  const backend = BACKEND_NAME.exec(name)?.[1]
  if (backend) return { is: 'backend', backend }
  throw new EvenkeelError(
    'not_found',
    `${JSON.stringify(name.slice(0, 80))} is no setting: ${PARAMS.map((one) => `param/${one}`).join(', ')} or backend/NAME/state`,
  )
}

/** The words of the management port's command, checked: `param.set default_ttl 120`. */
export function commandWords(name: string, value: string): [command: string, what: string, value: string] {
  const part = partOf(name)
  const checked = (part.is === 'param' ? TIME : STATE).safeParse(value)
  if (!checked.success) throw new EvenkeelError('invalid', `${name}: ${checked.error.issues[0]?.message}`)
  return part.is === 'param' ? ['param.set', part.param, checked.data] : ['backend.set_health', part.backend, checked.data]
}
