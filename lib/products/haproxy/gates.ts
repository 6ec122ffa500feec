import { printable } from '../answers.ts'
import type { Word } from './words.ts'

/** What a section of haproxy.cfg lets through at most, and to which backends it leads. Immutable: `defaults` hands its own on. */
export type Gate = {
  /** By statement, as they stand there. */
  limits: readonly string[]
  /** Names of ACLs that are of a rate or of how many there are. */
  rated: ReadonlySet<string>
  leadsTo: readonly string[]
  /** `use_backend` by an expression: it may lead to any. */
  anywhere: boolean
  /** A limit that stands between `.if` and `.endif`, or whose value is a variable. */
  unsure: boolean
}

export const NO_GATE: Gate = { limits: [], rated: new Set(), leadsTo: [], anywhere: false, unsure: false }

/** Samples of a stick table, or of a backend, that count by rate or at once (HAProxy's configuration manual, section 7.3). */
const RATED =
  /(?:^|[\s!({,])(?:(?:sc\d?|src|table)_(?:http_req_rate|http_err_rate|http_fail_rate|conn_rate|conn_cur|sess_rate|gpc\d?_rate|bytes_in_rate|bytes_out_rate|trackers)|(?:be|fe)_(?:conn|sess_rate|req_rate)|srv_conn|queue|avg_queue)\b/
const REFUSES: Record<string, readonly string[]> = {
  'http-request': ['deny', 'tarpit', 'reject', 'silent-drop', 'return'],
  'tcp-request': ['reject', 'silent-drop'],
}

/** Beyond so many one more limit says nothing, and of so many ACLs and backends no section is made by hand. */
const LIMITS_MAX = 20
const NAMES_MAX = 500

/** The gate after one more statement of its section. `kind` is the section's. */
export function afterGateStatement(gate: Gate, words: readonly Word[], kind: string, conditional: boolean): Gate {
  const [keyword, ...args] = words.map(({ text }) => text)
  const unsure = conditional || words.some(({ open }) => open)
  if (gate.rated.size + gate.leadsTo.length >= NAMES_MAX) return { ...gate, unsure: true, anywhere: true }
  const limited = (text: string): Gate =>
    unsure || gate.limits.length >= LIMITS_MAX
      ? { ...gate, unsure: true }
      : { ...gate, limits: [...gate.limits, printable(text.slice(0, 120))] }
  if (keyword === 'default_backend' && args[0])
    return { ...gate, leadsTo: [...gate.leadsTo, args[0]], anywhere: gate.anywhere || words[1]!.open === true }
  if (keyword === 'use_backend' && args[0]) {
    const open = words[1]!.open === true || args[0].includes('%[')
    return { ...gate, leadsTo: [...gate.leadsTo, args[0]], anywhere: gate.anywhere || open }
  }
  if (keyword === 'acl' && args[0] && RATED.test(args.slice(1).join(' '))) return { ...gate, rated: new Set([...gate.rated, args[0]]) }
  // A backend's own `maxconn` is none of its statements, and that of `defaults` holds for frontends.
  if (keyword === 'maxconn' && kind !== 'backend' && args[0]) {
    const others = gate.limits.filter((one) => !one.startsWith('maxconn '))
    return unsure ? { ...gate, unsure: true } : { ...gate, limits: [...others, `maxconn ${printable(args[0].slice(0, 20))}`] }
  }
  if (keyword === 'rate-limit' && args[0] === 'sessions' && args[1]) return limited(`rate-limit sessions ${args[1]}`)
  const refuses = REFUSES[keyword ?? '']
  if (!refuses) return gate
  const condition = args.slice(args.findIndex((word) => word === 'if' || word === 'unless') + 1)
  const does = args.find((word) => refuses.includes(word))
  const rates = RATED.test(` ${condition.join(' ')}`) || condition.some((word) => gate.rated.has(word.replace(/^!/, '')))
  return does && condition.length < args.length && rates ? limited(`${keyword} ${args.join(' ')}`) : gate
}
