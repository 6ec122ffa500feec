import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { NewRecord } from '../../model/record.ts'
import { printable } from '../answers.ts'
import { numbersIn, parseStat, type StatRow } from './stat.ts'

/** A frontend's limit of connections at once, as it runs: its own, that of `defaults`, or HAProxy's. */
export type FrontendRow = { name: string; limit: number }

/** 0 would let nobody in any more, and none cannot be set at run time. */
export const FRONTEND_LIMIT = z.string().regex(/^[1-9]\d{0,8}$/, 'a whole number of connections at once, at least 1')

const NAME = /^frontend-maxconn\/([A-Za-z0-9_.:-]+)$/
/** Facts of one target. */
const FACTS_MAX = 200

/** The frontend whose limit a setting is; null for every other setting. */
export const frontendPart = (setting: string): string | null => NAME.exec(setting)?.[1] ?? null

/** Limits of rows of frontends (type 0 of `show stat`), from their column `slim`. */
export const frontendRows = (rows: readonly StatRow[]): FrontendRow[] =>
  rows.flatMap((row) => {
    const limit = numbersIn(row).optional('slim')
    return limit === undefined ? [] : [{ name: row.get('pxname')!, limit }]
  })

/** Limits told by `show stat -1 1 -1`: without any frontend it says so in words. */
export const parseFrontends = (text: string): FrontendRow[] => (text.startsWith('#') ? frontendRows(parseStat(text).frontends) : [])

/** What the page of the target shows: `frontend-maxconn/web`. */
export const frontendFacts = (rows: readonly FrontendRow[], at: number): NewRecord[] =>
  rows
    .slice(0, FACTS_MAX)
    .map(({ name, limit }) => ({ kind: 'fact', id: `frontend-maxconn/${printable(name.slice(0, 120))}`, at, value: String(limit) }))

/** The limit in force of a frontend. Throws `not_found`. */
export function frontendLimitIn(rows: readonly FrontendRow[], name: string): string {
  const row = rows.find((one) => one.name === name)
  if (!row) throw new EvenkeelError('not_found', `this HAProxy has no frontend ${name}`)
  return String(row.limit)
}

const SECTION =
  /^(?:global|defaults|frontend|backend|listen|userlist|peers|resolvers|mailers|cache|program|http-errors|ring|log-forward|fcgi-app)\b/
const MAXCONN = /^([ \t]*maxconn[ \t]+)(\d+)/

/** Where the `maxconn` of a frontend stands in haproxy.cfg; `line` is null where it has none of its own. Throws `not_found`, and `invalid` where a condition decides. */
function placeIn(lines: readonly string[], name: string, file: string): { head: number; line: number | null } {
  const heads = lines.flatMap((line, i) => {
    const [kind, own] = line.trim().split(/\s+/)
    return kind === 'frontend' && own === name ? [i] : []
  })
  const [head] = heads
  if (head === undefined) throw new EvenkeelError('not_found', `${file} has no frontend ${name}`)
  const length = lines.slice(head + 1).findIndex((line) => SECTION.test(line.trimStart()))
  const body = lines.slice(head + 1, length < 0 ? undefined : head + 1 + length)
  const found = body.flatMap((line, i) => (MAXCONN.test(line) ? [head + 1 + i] : []))
  if (heads.length > 1 || found.length > 1 || body.some((line) => /^\s*\.(if|elif|else)\b/.test(line)))
    throw new EvenkeelError('invalid', `${file}: the \`maxconn\` of the frontend ${name} is not the only one that counts`)
  return { head, line: found[0] ?? null }
}

/** The frontend's own `maxconn` in haproxy.cfg; null where it has none. */
export function fileLimitOf(text: string, name: string, file: string): string | null {
  const lines = text.split('\n')
  const { line } = placeIn(lines, name, file)
  return line === null ? null : MAXCONN.exec(lines[line]!)![2]!
}

/** haproxy.cfg with another `maxconn` of a frontend; all else as it stands. */
export function withFrontendLimit(text: string, name: string, limit: string, file: string): string {
  const lines = text.split('\n')
  const { head, line } = placeIn(lines, name, file)
  if (line === null) lines.splice(head + 1, 0, `  maxconn ${limit}${lines[head]!.endsWith('\r') ? '\r' : ''}`)
  else lines[line] = lines[line]!.replace(MAXCONN, `$1${limit}`)
  return lines.join('\n')
}
