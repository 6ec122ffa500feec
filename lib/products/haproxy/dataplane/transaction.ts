import { drifted, EvenkeelError, unwritten } from '../../../model/error.ts'
import type { Edit } from '../../../model/product.ts'
import { type ConfigFile, parseConfigFile } from '../configFile.ts'
import { fileLimitOf, frontendPart } from '../frontends.ts'
import { onlyLine } from '../onlyLine.ts'
import { checkedParts, checkValue, limitParts, partsOf } from '../settings.ts'
import { parseConfigured, parseFrontend, parseTransaction, parseVersion } from './answers.ts'
import { type Api, type Call, messageOf, part, refusal } from './api.ts'

/** A roll-back of a transaction gets its own time, for the caller's may be over. */
const DELETE_MS = 2_000

/**
 * Writes values into haproxy.cfg, all or none: a transaction on the version that was read, ended by a reload. The version is the compare-and-set:
 * where somebody commits meanwhile, nothing of this is written.
 */
export async function commitInFile(api: Api, edits: readonly Edit[], signal: AbortSignal): Promise<void> {
  const version = parseVersion(await api.text({ path: '/configuration/version' }, signal))
  const id = await begin(api, version, signal)
  try {
    await stage(api, id, edits, signal)
  } catch (error) {
    await api.send({ method: 'DELETE', path: `/transactions/${part(id)}` }, AbortSignal.timeout(DELETE_MS)).catch(() => {})
    throw unwritten(error)
  }
  await commit(api, id, version, signal)
}

async function begin(api: Api, version: number, signal: AbortSignal): Promise<string> {
  const call: Call = { method: 'POST', path: '/transactions', query: { version: String(version) } }
  const answer = await api.send(call, signal)
  if (answer.status === 409) throw stale(version)
  if (answer.status !== 201) throw refusal(answer, call)
  return parseTransaction(answer.text)
}

const stale = (version: number) =>
  drifted(`somebody has changed haproxy.cfg meanwhile (it is no longer version ${version}): nothing was written`)

async function stage(api: Api, id: string, edits: readonly Edit[], signal: AbortSignal): Promise<void> {
  const query = { transaction_id: id }
  const raw = await api.text({ path: '/configuration/raw', query }, signal)
  const file = parseConfigFile(raw, 'haproxy.cfg')
  for (const edit of edits) assertInFile(file, raw, edit)
  for (const { name, value } of edits) {
    const { path, body: change, read } = placeOf(name, value)
    // A `PUT` replaces the whole server, and of a frontend all but its lists (binds, ACLs, rules), which have paths of their own.
    const body = { ...read(await api.text({ path, query }, signal)), ...change }
    await api.text({ method: 'PUT', path, query, body }, signal)
  }
}

/** Where a value stands below `/configuration`, what of it is changed, and how the rest of it is read. */
export function placeOf(name: string, value: string): { path: string; body: Record<string, unknown>; read(text: string): object } {
  const frontend = frontendPart(name)
  if (frontend !== null) {
    checkValue(name, value)
    return { path: `/configuration/frontends/${part(frontend)}`, body: { maxconn: Number(value) }, read: parseFrontend }
  }
  const { pool, server, body } = changeInFile(name, value)
  return { path: `/configuration/backends/${part(pool)}/servers/${part(server)}`, body, read: parseConfigured }
}

/** A reload brings what the file says: where that is not what runs, it would change more than this. */
function assertInFile(file: ConfigFile, raw: string, { name, expect }: Edit): void {
  const frontend = frontendPart(name)
  if (frontend !== null) {
    // One without a `maxconn` of its own has that of `defaults` or of the process.
    const now = fileLimitOf(raw, frontend, 'haproxy.cfg')
    if (now !== null && now !== expect) throw otherInFile(name, now, expect)
    return
  }
  const { pool, server, what } = limitParts(name) ?? partsOf(name)
  const line = onlyLine(file, pool, server, 'haproxy.cfg')
  if (!line) throw new EvenkeelError('not_found', `haproxy.cfg has no server ${server} in ${pool}`)
  const now = what === 'maxconn' ? String(line.maxconn ?? 0) : what === 'weight' ? String(line.weight) : line.disabled ? 'maint' : 'ready'
  if (now !== expect) throw otherInFile(name, now, expect)
}

const otherInFile = (name: string, now: string, expect: string) =>
  drifted(`haproxy.cfg says ${now} for ${name}, and ${expect} runs: bring the two together before a change that reloads`)

/** The server that a value is of, and what of it in the configuration it is. A limit of 0 is none: the keyword goes. */
export function changeInFile(name: string, value: string): { pool: string; server: string; body: Record<string, unknown> } {
  const limit = limitParts(name)
  if (!limit) {
    const { pool, server, ...wanted } = checkedParts(name, value)
    return { pool, server, body: configuredBody(wanted) }
  }
  checkValue(name, value)
  return { pool: limit.pool, server: limit.server, body: { maxconn: value === '0' ? undefined : Number(value) } }
}

/** What of a server in the configuration a value is. Throws `invalid` for a drain, which the file has no word for. */
export function configuredBody({ what, value }: { what: 'weight' | 'state'; value: string }): Record<string, unknown> {
  if (what === 'weight') return { weight: Number(value) }
  if (value === 'drain')
    throw new EvenkeelError(
      'invalid',
      'haproxy.cfg has no keyword for a drain: set the weight 0 or the state maint, or give `write: runtime`',
    )
  return { maintenance: value === 'maint' ? 'enabled' : 'disabled' }
}

async function commit(api: Api, id: string, version: number, signal: AbortSignal): Promise<void> {
  const call: Call = { method: 'PUT', path: `/transactions/${part(id)}`, query: { force_reload: 'true' } }
  const answer = await api.send(call, signal)
  if (answer.status === 200 || answer.status === 202) return
  if (answer.status === 409 || answer.status === 406) throw stale(version)
  // The API then puts the last file that worked in place again.
  if (/^Reload failed/.test(messageOf(answer))) throw new EvenkeelError('invalid', `HAProxy did not reload: ${messageOf(answer)}`)
  throw refusal(answer, call)
}
