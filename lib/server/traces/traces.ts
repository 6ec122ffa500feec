import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '../../engine/id.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { TraceView } from '../../model/answers/trace.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Trace, TraceFormat } from '../../model/trace.ts'
import { iso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'
import { importInThread } from '../workers/curves.ts'
import { receive } from './receive.ts'

const KEPT_MOST = 50
const BYTES_MOST = 2 * 1024 * 1024 * 1024
const PREFIX = 'trace/'
const NOTE = /^([0-9a-f]{16})\.references$/

type At = Pick<Runtime, 'store' | 'config' | 'now'>

const folderOf = ({ config }: Pick<Runtime, 'config'>) => join(config.data, 'traces')
/** Where the references of a trace stand. */
export const referencesPath = (at: Pick<Runtime, 'config'>, id: string) => join(folderOf(at), `${id}.references`)

const traces = ({ store }: Pick<Runtime, 'store'>): Trace[] =>
  store.memory
    .keys(PREFIX)
    .flatMap((key) => store.own.get<Trace>(key) ?? [])
    .sort((a, b) => b.uploadedAt - a.uploadedAt)

/** Newest first. */
export function listTraces(at: Pick<Runtime, 'store'>, paging?: Paging): Page<TraceView> {
  const { items, ...rest } = pageNewest(traces(at), ({ uploadedAt }) => uploadedAt, paging)
  return { ...rest, items: items.map(traceView) }
}

/** Throws `not_found`. */
export function trace({ store }: Pick<Runtime, 'store'>, id: string): Trace {
  const found = /^[0-9a-f]{16}$/.test(id) ? store.own.get<Trace>(PREFIX + id) : null
  if (!found) throw new EvenkeelError('not_found', 'There is no trace with this id.')
  return found
}

/** Takes an uploaded trace: all of it, or nothing where a line cannot be read. */
export async function upload(
  at: At,
  request: Request,
  { name, format, by }: { name: string; format: TraceFormat | null; by: string },
): Promise<TraceView> {
  const all = traces(at)
  if (all.length >= KEPT_MOST) throw new EvenkeelError('not_allowed', `${all.length} traces are kept already: delete one first.`)
  if (all.reduce((sum, { bytes }) => sum + bytes, 0) > BYTES_MOST)
    throw new EvenkeelError('not_allowed', 'The traces that are kept take over 2 GB of the disk: delete one first.')
  const id = newId()
  const folder = folderOf(at)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const received = join(folder, `${id}.part`)
  const to = referencesPath(at, id)
  try {
    await receive(request, received)
    const { kept: _, ...read } = await importInThread({ from: received, to, folder, format }, { by, gone: request.signal })
    const made: Trace = { id, name, ...read, uploadedAt: at.now(), by, bytes: statSync(to).size }
    at.store.own.put(PREFIX + id, made)
    return traceView(made)
  } catch (error) {
    rmSync(to, { force: true })
    throw error
  } finally {
    rmSync(received, { force: true })
  }
}

export function deleteTrace(at: At, id: string): void {
  trace(at, id)
  at.store.own.delete(PREFIX + id)
  rmSync(referencesPath(at, id), { force: true })
}

/** Removes what an upload left behind that a crash ended, and what no trace names any more. */
export function sweepTraces(at: Pick<Runtime, 'store' | 'config'>): void {
  const folder = folderOf(at)
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  const known = new Set(traces(at).map(({ id }) => id))
  for (const name of names) if (!known.has(NOTE.exec(name)?.[1] ?? '')) rmSync(join(folder, name), { recursive: true, force: true })
}

const seconds = (ms: number | null) => (ms === null ? null : ms / 1000)

export const traceView = ({ from, to, uploadedAt, ...rest }: Trace): TraceView => ({
  ...rest,
  from: seconds(from),
  to: seconds(to),
  uploadedAt: iso(uploadedAt),
})
