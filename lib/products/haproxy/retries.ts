import type { Retries } from '../../model/retries.ts'
import { printable } from '../answers.ts'

/** `retries`, `retry-on` and `option redispatch` of a section, as far as it has them. */
export type RetrySettings = { retries?: number; on?: readonly string[]; redispatch?: boolean; doubt?: string }

/** The default of `retries` (HAProxy's configuration manual, section 4.2). */
const DEFAULT = 3
/** Of `retry-on`: no server has worked on what could not be connected, or was refused as early data. */
const UNWORKED = new Set(['conn-failure', '0rtt-rejected'])

export const RETRY_STATEMENTS = new Set(['retries', 'retry-on', 'option redispatch'])

export function afterRetryStatement(
  before: RetrySettings,
  statement: string,
  args: readonly string[],
  on: boolean,
  doubt: string | null,
): RetrySettings {
  if (doubt !== null) return { ...before, doubt: `\`${statement}\` ${doubt}` }
  if (statement === 'retries') {
    const retries = Number(args[0])
    return Number.isInteger(retries) && retries >= 0 && args[0] !== undefined
      ? { ...before, retries }
      : { ...before, doubt: '`retries` has no number' }
  }
  return statement === 'retry-on'
    ? { ...before, on: args.slice(0, 30).map((word) => printable(word.slice(0, 40))) }
    : { ...before, redispatch: on }
}

/** What of it makes servers work on a request again: a connection that failed is no work, and by default nothing else is tried again. */
export function retriesOf({ retries, on = ['conn-failure'], redispatch, doubt }: RetrySettings): Retries {
  if (doubt !== undefined) return { more: null, text: doubt }
  const count = retries ?? DEFAULT
  const said = [`\`retries ${count}\`${retries === undefined ? ' by default' : ''}`, ...(redispatch ? ['`option redispatch`'] : [])]
  if (on.includes('none') || count === 0) return { more: 0, text: on.includes('none') ? '`retry-on none`' : said.join(', ') }
  const worked = on.filter((word) => !UNWORKED.has(word))
  if (worked.length === 0) return { more: 0, text: `${said.join(', ')}, after failed connections alone (no \`retry-on\` of answers)` }
  return { more: count, text: [...said, `\`retry-on ${on.join(' ')}\``].join(', ') }
}
