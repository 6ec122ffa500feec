import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import { getText } from '../http.ts'
import { replaceFile } from '../replaceFile.ts'
import { type NginxConfig, writable } from './config.ts'
import { masterPid, workersOf } from './master.ts'
import { WEIGHT_MAX } from './pools.ts'
import { readUpstream, type ServerEdit, serverIn, withServers } from './upstreamFile.ts'

const run = promisify(execFile)
const TEST_MS = 5_000
/** A good reload takes 0.15 s; one that waits for names to resolve takes longer. */
const RELOAD_MS = 5_000
const LOOK_MS = 30

const NAME = /^([^/\s]+)\/(\S+)\/(weight|state)$/
const PERSISTENCE = "for good: it stands in the upstream's include file"

/** One reload at a time: the new workers of one would be taken for another's. By pid file. */
const reloading = new Map<string, Promise<unknown>>()

/**
 * Weights and states by the upstream's include file and a reload. `nginx -t` tests the new file; whether the reload took it is told only by
 * the workers, which must all be new: what NGINX finds out later than `-t` it writes to its error log and goes on with the old workers.
 * Then the status page must answer. Else the old file comes back, and NGINX reloads it. A server that is `down` is drained: the old workers
 * finish the requests that it has.
 */
export const nginxActuator: Actuator<NginxConfig> = {
  kind: 'nginx',
  settings: [
    {
      pattern: /^[^/\s]+\/\S+\/weight$/,
      value: z
        .string()
        .regex(/^[1-9]\d{0,2}$/, `a whole number from 1 to ${WEIGHT_MAX} (NGINX has no weight 0: set the state to drain)`)
        .refine((text) => Number(text) <= WEIGHT_MAX, `at most ${WEIGHT_MAX}`),
      reversal: 'exact',
      persistence: PERSISTENCE,
    },
    {
      pattern: /^[^/\s]+\/\S+\/state$/,
      value: z
        .enum(['ready', 'drain', 'maint'], { error: 'allowed: ready, drain (or maint, which is the same here)' })
        .transform((state) => (state === 'ready' ? state : 'drain')),
      reversal: 'exact',
      persistence: PERSISTENCE,
    },
  ],
  async get(config, names, _signal) {
    const texts = await textsOf(config, names)
    return Object.fromEntries(names.map((name) => [name, valueIn(texts, name)]))
  },
  write: (config, edits, signal) => inTurn(config.pid ?? config.name, () => write(config, edits, signal)),
  commands(config, edits) {
    const lines = edits.map(({ name, value }) => {
      const { pool, server, what } = parts(name)
      const statement = what === 'weight' ? `weight=${value}` : value === 'ready' ? 'without "down"' : 'down'
      return `${config.upstreams[pool]?.file ?? `the file of upstream ${pool}`}: server ${server} ${statement}`
    })
    return [...lines, config.test.join(' '), (config.reload ?? ['kill', '-HUP', `$(cat ${config.pid ?? 'nginx.pid'})`]).join(' ')]
  },
  group: (name, target) => `pool:${target}/${parts(name).pool}`,
}

function parts(name: string): { pool: string; server: string; what: 'weight' | 'state' } {
  const [, pool, server, what] = NAME.exec(name) ?? []
  if (!pool || !server || !what)
    throw new EvenkeelError(
      'not_found',
      `${JSON.stringify(name.slice(0, 80))} is no setting: UPSTREAM/SERVER/weight or UPSTREAM/SERVER/state`,
    )
  return { pool, server, what: what as 'weight' | 'state' }
}

/** The include files of the upstreams that these settings are of. */
async function textsOf(config: NginxConfig, names: readonly string[]): Promise<Map<string, string>> {
  const pools = new Set(names.map((name) => parts(name).pool))
  const texts = new Map<string, string>()
  for (const pool of pools) {
    const file = config.upstreams[pool]?.file
    if (!file) throw new EvenkeelError('not_found', `there is no upstream ${JSON.stringify(pool.slice(0, 80))} in the configuration`)
    texts.set(
      pool,
      await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new EvenkeelError('unreachable', `the file of upstream ${pool} cannot be read (${error.code})`)
      }),
    )
  }
  return texts
}

function valueIn(texts: ReadonlyMap<string, string>, name: string): string {
  const { pool, server, what } = parts(name)
  const found = serverIn(readUpstream(texts.get(pool)!, pool).servers, pool, server)
  return what === 'weight' ? String(found.weight) : found.down ? 'drain' : 'ready'
}

async function write(config: NginxConfig, edits: readonly Edit[], signal: AbortSignal): Promise<void> {
  const texts = await textsOf(
    config,
    edits.map((edit) => edit.name),
  )
  for (const pool of texts.keys()) {
    const may = writable(config, pool)
    if (may !== true) throw new EvenkeelError('not_allowed', may)
  }
  for (const { name, expect } of edits) {
    const value = valueIn(texts, name)
    if (value !== expect.replace(/^maint$/, 'drain')) throw new EvenkeelError('drift', `${name} is ${value}, not ${expect}`)
  }
  const master = await masterPid(config.pid!)
  const before = await workersOf(master)
  if (before.length === 0) throw new EvenkeelError('unreachable', `NGINX's master (pid ${master}) has no workers: is it running?`)
  const ways: (() => Promise<void>)[] = []
  const restore = async () => {
    for (const way of ways.toReversed()) await way()
  }
  try {
    for (const [pool, text] of texts) {
      const next = withServers(text, pool, editsOf(edits, pool))
      if (next !== text) ways.push((await replaceFile(config.upstreams[pool]!.file, next)).restore)
    }
    await test(config)
  } catch (error) {
    await restore()
    throw error
  }
  const failure = await reloaded(config, master, before, signal)
  if (failure === null) return
  await restore()
  // The write's own time may be over; what runs must be the old file all the same.
  const second = await reloaded(config, master, await workersOf(master), AbortSignal.timeout(RELOAD_MS))
  throw new EvenkeelError(
    'unreachable',
    `${failure}; the old file is back${second === null ? ' and runs' : ', and NGINX still runs with its old workers'}`,
  )
}

function editsOf(edits: readonly Edit[], pool: string): ServerEdit[] {
  const byServer = new Map<string, ServerEdit>()
  for (const { name, value } of edits) {
    const { pool: of, server, what } = parts(name)
    if (of !== pool) continue
    const edit = byServer.get(server) ?? { server }
    byServer.set(server, edit)
    if (what === 'weight') edit.weight = Number(value)
    else edit.down = value !== 'ready'
  }
  return [...byServer.values()]
}

async function test({ test: [program = 'nginx', ...args] }: NginxConfig): Promise<void> {
  try {
    await run(program, args, { timeout: TEST_MS })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    const why = /\[emerg\] (?:\d+#\d+: )?(.*)/.exec(said)?.[1] ?? (said || (error as Error).message)
    throw new EvenkeelError('invalid', `nginx -t refuses the new configuration: ${why.slice(0, 300)}; the old file is back`)
  }
}

/** Asks for a reload. Null when every worker is new and the status page answers; else what happened. */
async function reloaded(config: NginxConfig, master: number, before: readonly number[], signal: AbortSignal): Promise<string | null> {
  try {
    if (config.reload) {
      const [program = '', ...args] = config.reload
      await run(program, args, { timeout: RELOAD_MS })
    } else process.kill(master, 'SIGHUP')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM') return "Evenkeel's user may not signal NGINX's master (give a `reload` command)"
    return `NGINX could not be told to reload (${code ?? 'the command failed'})`
  }
  const deadline = Date.now() + RELOAD_MS
  let renewed = false
  while (Date.now() < deadline && !signal.aborted) {
    await sleep(LOOK_MS)
    const now = await workersOf(master)
    renewed ||= now.length > 0 && now.every((pid) => !before.includes(pid))
    if (!renewed) continue
    try {
      await getText(config.status, AbortSignal.timeout(1_000))
      return null
    } catch {
      // The new workers may not have begun.
    }
  }
  return renewed
    ? 'the new workers do not answer on the status page'
    : 'NGINX passed its own test but did not reload: its error log says why'
}

async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (reloading.get(key) ?? Promise.resolve()).catch(() => {}).then(work)
  reloading.set(key, turn)
  try {
    return await turn
  } finally {
    if (reloading.get(key) === turn) reloading.delete(key)
  }
}
