import type { Server } from 'node:http'
import { Session } from 'node:inspector/promises'
import { setFlagsFromString } from 'node:v8'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/error.ts'
import { readFile, readFileAgain } from '../config/file.ts'
import { EvenkeelError } from '../model/error.ts'
import { checkBound, checkServer, toldToListen } from './boundAddress.ts'
import * as calls from './calls.ts'
import { onArrival } from './http/arrivals.ts'
import { readable } from './http/bytes.ts'
import { setCalls } from './once.ts'
import { openRuntime, readConfig } from './open.ts'
import { createReload } from './reload.ts'
import { currentRuntime, setRuntime } from './runtime.ts'

/** A service manager waits 15 s before it kills. */
const STOP_MS = 10_000
/** HSTS: whoever came by https once never comes by http again. */
const STRICT_TRANSPORT = 'max-age=31536000; includeSubDomains'

/**
 * Opens the runtime of this process once, and ends it cleanly. The process manages its own signals (NEXT_MANUAL_SIG_HANDLE=true): Next would
 * wait for open event streams, or leave before the store has flushed.
 */
export async function start(): Promise<void> {
  if (currentRuntime()) return
  // Left to itself V8 lets four times of what lives pile up before it looks. Most of what polls and rules make dies in the young generation: a quarter of
  // what lives is reached seldom. A third takes 30 MiB more with 2,000 caches, a fifth takes a tenth more CPU.
  setFlagsFromString('--heap-growing-percent=25')
  // What lives long at the start, when each poll brings new series, V8 would place among what lives long ever after: the readings of each poll.
  setFlagsFromString('--no-allocation-site-pretenuring')
  await dropLoadingGarbage()
  setCalls(calls)
  let config: Config
  try {
    config = readChecked()
    setRuntime(await openRuntime(config, process.env, print, { reload }))
  } catch (error) {
    // Next would swallow it and serve without a runtime.
    end(error)
  }
  const checked = new WeakSet<Server>()
  onArrival(({ request: message, response, server }) => {
    if (!checked.has(server)) {
      try {
        checkServer(config, server)
      } catch (error) {
        end(error)
      }
      checked.add(server)
    }
    if (message.url) message.url = readable(message.url)
    // Next makes a Request of it, which may not carry this method, and fails with 500.
    if (message.method === 'TRACE') message.method = 'PATCH'
    currentRuntime()?.auth.meet(message)
    // Here, so that no answer is without: pages, the API, files, refusals.
    if (currentRuntime()?.config.url.startsWith('https:')) response.setHeader('strict-transport-security', STRICT_TRANSPORT)
  })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), STOP_MS).unref()
    const runtime = currentRuntime()
    ;(runtime?.close() ?? Promise.resolve()).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => void reloadBySignal())
}

/**
 * A full collection while nothing is polled or asked yet (0.1 to 0.3 s). Loading the code leaves tens of megabytes of garbage and a young generation at its
 * largest, and V8 takes neither away as long as little is allocated. What was compiled to load it goes with it; V8 would keep that for six
 * collections. Not in later ones: what polls and rules call is then compiled again and again.
 */
async function dropLoadingGarbage(): Promise<void> {
  const session = new Session()
  session.connect()
  setFlagsFromString('--bytecode-old-age=1')
  await session.post('HeapProfiler.collectGarbage')
  setFlagsFromString('--bytecode-old-age=6')
  session.disconnect()
}

const print = (text: string) => void process.stdout.write(`${text}\n`)

/** The configuration file as it stands; where it would have this process listen elsewhere, it is refused. Throws `ConfigError`. */
function readChecked(read = readFile): Config {
  const bound = toldToListen(process.env)
  const config = readConfig(process.env.EVENKEEL_CONFIG, process.env, bound, read)
  checkBound(config, bound, 'by HOSTNAME and PORT')
  return config
}

const reload = createReload({
  read: () => readChecked(readFileAgain),
  open: (config, { learnt }) => openRuntime(config, process.env, print, { learnt, reload }),
  end,
})

/** SIGHUP, which service managers send for a reload. */
async function reloadBySignal(): Promise<void> {
  try {
    const { changed } = await reload()
    currentRuntime()?.log.info({ changed }, changed.length > 0 ? 'the configuration was reloaded' : 'the configuration is as it was')
  } catch (error) {
    const at = currentRuntime()
    at?.log.error({ error: (error as Error).message }, 'the configuration was not reloaded')
    at?.audit.own({ what: 'configuration-reloaded', detail: { by: 'SIGHUP' } }, 'failed')
  }
}

function end(error: unknown): never {
  process.stderr.write(
    `${error instanceof ConfigError || error instanceof EvenkeelError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  // A data folder that cannot be used is a person's to mend, like a configuration.
  process.exit(error instanceof ConfigError ? error.exitCode : error instanceof EvenkeelError ? 2 : 1)
}
