import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { drifted, EvenkeelError } from '../../model/error.ts'
import { createKeyedMutex } from '../../model/keyedMutex.ts'
import type { Actuator, Cause, Edit } from '../../model/product.ts'
import { getText } from '../http.ts'
import { clearLeftover, readText, replaceFile } from '../replaceFile.ts'
import { serverSetting } from '../serverSetting.ts'
import { readValid, VALID_SETTING, validFileOf, withValids } from './cache/settings.ts'
import { validIn } from './cache/validFile.ts'
import { type NginxConfig, NO_PID, writable } from './config.ts'
import { testConfig } from './configTest.ts'
import { knownPools } from './knownPools.ts'
import { masterPid, servesStatus, workersOf } from './master.ts'
import { WEIGHT_MAX } from './pools.ts'
import { reload } from './reload.ts'
import { readUpstream, type ServerEdit, serverIn, withServers } from './upstreamFile.ts'
import { parseVts } from './vts.ts'

/** By master process: the new workers of one reload would be taken for another's. */
const mutex = createKeyedMutex()
/** Old workers that finish may still answer for a moment. */
const SEEN_WITHIN_MS = 2_000
const PERSISTENCE = "for good: it stands in the upstream's include file"

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
    VALID_SETTING,
  ],
  async get(config, names, _signal) {
    if (config.behind) return readValid(config, names)
    const texts = await textsOf(config, names)
    return Object.fromEntries(names.map((name) => [name, valueIn(config, texts, name)]))
  },
  write: (config, edits, signal, cause) => mutex.run(config.pid ?? config.name, () => write(config, edits, signal, cause)),
  resume: (config, edits) => mutex.run(config.pid ?? config.name, () => resume(config, edits)),
  commands(config, edits) {
    const reloads = [config.test.join(' '), (config.reload ?? ['kill', '-HUP', `$(cat ${config.pid ?? 'nginx.pid'})`]).join(' ')]
    if (config.behind) return [...edits.map(({ name, value }) => `${validFileOf(config)}: ${name.replace('/', ' ')} ${value}`), ...reloads]
    const lines = edits.map(({ name, value }) => {
      const { pool, server, what } = parts(name)
      const statement = what === 'weight' ? `weight=${value}` : value === 'ready' ? 'without "down"' : 'down'
      return `${config.upstreams[pool]?.file ?? `the file of upstream ${pool}`}: server ${server} ${statement}`
    })
    return [...lines, ...reloads]
  },
}

const parts = (name: string) => serverSetting(name, 'UPSTREAM/SERVER')

/** The text of each include file that these settings stand in, by its path: two upstreams may share one. */
async function textsOf(config: NginxConfig, names: readonly string[]): Promise<Map<string, string>> {
  const files = new Set(names.map((name) => fileOf(config, parts(name).pool)))
  return new Map(await Promise.all([...files].map(async (file) => [file, await readText(file)] as const)))
}

function fileOf(config: NginxConfig, pool: string): string {
  const file = config.upstreams[pool]?.file
  if (!file) throw new EvenkeelError('not_found', `there is no upstream ${JSON.stringify(pool.slice(0, 80))} in the configuration`)
  return file
}

function valueIn(config: NginxConfig, texts: ReadonlyMap<string, string>, name: string): string {
  const { pool, server, what } = parts(name)
  const found = serverIn(readUpstream(texts.get(fileOf(config, pool))!, pool).servers, pool, server)
  return what === 'weight' ? String(found.weight) : found.down ? 'drain' : 'ready'
}

async function write(config: NginxConfig, edits: readonly Edit[], signal: AbortSignal, cause: Cause): Promise<void> {
  if (config.behind) return writeValid(config, edits, signal, cause)
  const names = edits.map((edit) => edit.name)
  const texts = await textsOf(config, names)
  const pools = [...new Set(names.map((name) => parts(name).pool))]
  for (const pool of pools) {
    const may = writable(config, pool)
    if (may !== true) throw new EvenkeelError('not_allowed', may)
  }
  for (const { name, expect } of edits) {
    const value = valueIn(config, texts, name)
    if (value !== expect.replace(/^maint$/, 'drain')) throw drifted(`${name} is ${value}, not ${expect}`)
  }
  const changes = [...texts].map(([file, from]) => {
    const own = pools.filter((pool) => fileOf(config, pool) === file)
    return { file, from, to: own.reduce((sum, pool) => withServers(sum, pool, editsOf(edits, pool)), from) }
  })
  await replaceAndReload(config, changes, () => unseen(config, edits, signal), signal, cause)
}

/** The times of a cache's answers. No page shows them: that NGINX reloaded is all that can be known. */
async function writeValid(config: NginxConfig, edits: readonly Edit[], signal: AbortSignal, cause: Cause): Promise<void> {
  const file = validFileOf(config)
  if (!config.pid) throw new EvenkeelError('not_allowed', NO_PID)
  const from = await readText(file)
  for (const { name, expect } of edits) {
    const value = validIn(from, name)
    if (value !== expect) throw drifted(`${name} is ${value}, not ${expect}`)
  }
  await replaceAndReload(config, [{ file, from, to: withValids(from, edits) }], async () => null, signal, cause)
}

type FileChange = { file: string; from: string; to: string }

/** Replaces the files, tests and reloads, or puts all back. `unseen`: why what was written is not in force although NGINX reloaded. */
async function replaceAndReload(
  config: NginxConfig,
  changes: readonly FileChange[],
  unseen: () => Promise<string | null>,
  signal: AbortSignal,
  cause: Cause,
): Promise<void> {
  const master = await masterPid(config.pid!)
  if ((await workersOf(master)).length === 0)
    throw new EvenkeelError('unreachable', `pid ${master} of NGINX's pid file is no NGINX with workers: is it running?`)
  if ((await servesStatus(master, config.status)) === false)
    throw new EvenkeelError(
      'not_allowed',
      `pid ${master} of NGINX's pid file is another NGINX than the one of the status page: name its own \`pid\``,
    )
  const ways: (() => Promise<void>)[] = []
  try {
    for (const { file, from, to } of changes) if (to !== from) ways.push((await replaceFile(file, { from, to }, cause)).restore)
    await testConfig(config)
  } catch (error) {
    if (ways.length > 0) await takeBack(ways, toldOf(error))
    throw error
  }
  const failure = (await reload(config, master, signal)) ?? (await unseen())
  if (failure === null) return
  await takeBack(ways, new EvenkeelError('unreachable', failure), async () => {
    // The write's own time may be over; what runs must be the old file all the same.
    const second = await reload(config, master)
    return second === null ? ' and runs' : ', and NGINX still runs with its old workers'
  })
}

const toldOf = (error: unknown) =>
  error instanceof EvenkeelError ? error : new EvenkeelError('unreachable', 'the files of NGINX could not be written', { cause: error })

/** Puts the old files back and throws what made it necessary, with how that went. */
async function takeBack(ways: readonly (() => Promise<void>)[], failure: EvenkeelError, then = async () => ''): Promise<never> {
  const end = async () => {
    try {
      for (const way of ways.toReversed()) await way()
    } catch (error) {
      return `and the old file could not be put back: ${toldOf(error).message}`
    }
    return `the old file is back${await then()}`
  }
  throw new EvenkeelError(failure.code, `${failure.message}; ${await end()}`, { cause: failure })
}

/** Where VTS shows what runs: a file that NGINX does not include changes nothing, though it reloads. Null: all is in force, or nobody can tell. */
async function unseen(config: NginxConfig, edits: readonly Edit[], signal: AbortSignal): Promise<string | null> {
  if (!config.vts) return null
  const deadline = performance.now() + SEEN_WITHIN_MS
  for (;;) {
    try {
      const { pools } = parseVts(await getText(config.vts, signal), await knownPools(config), null)
      const wrong = edits.find(({ name, value }) => {
        const { pool, server, what } = parts(name)
        const shown = pools.find((one) => one.name === pool)?.servers.find((one) => one.name === server)
        return shown !== undefined && value !== (what === 'weight' ? String(shown.weightSet) : shown.state === 'up' ? 'ready' : 'drain')
      })
      if (!wrong) return null
      if (performance.now() > deadline || signal.aborted)
        return `NGINX reloaded, but VTS does not show ${wrong.name} at ${wrong.value}: does NGINX include that file?`
    } catch {
      return null
    }
    await sleep(100)
  }
}

/** A file that holds the new values may have been written just before the crash, and not reloaded. One that is not running reads it at its start. */
async function resume(config: NginxConfig, edits: readonly Edit[]): Promise<void> {
  const names = edits.map((edit) => edit.name)
  const texts = config.behind ? null : await textsOf(config, names)
  for (const file of texts?.keys() ?? [validFileOf(config)]) await clearLeftover(file)
  const now = texts ? Object.fromEntries(names.map((name) => [name, valueIn(config, texts, name)])) : await readValid(config, names)
  if (!config.pid || !edits.some(({ name, value }) => now[name] === value)) return
  const master = await masterPid(config.pid).catch(() => null)
  if (master === null || (await workersOf(master)).length === 0) return
  await testConfig(config)
  const failure = await reload(config, master)
  if (failure !== null) throw new EvenkeelError('unreachable', failure)
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
