import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { leashed } from '../scripts/boot/leash.mjs'

/** A server program of this machine is missing; `describeWith` (test/live.ts) turns it into a named skip or, under CI, a failure. */
class MissingProgram extends Error {}

/** Debian keeps daemons in /usr/sbin, which is not on every user's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

// PostgreSQL's are in a folder for each version.
const POSTGRES = '/usr/lib/postgresql'
if (existsSync(POSTGRES)) FOLDERS.push(...readdirSync(POSTGRES).map((version) => join(POSTGRES, version, 'bin')))

/** The program's absolute path, or null. A path is taken as it is: a newer server, built from source. */
export function findProgram(program: string): string | null {
  for (const path of isAbsolute(program) ? [program] : FOLDERS.map((folder) => join(folder, program))) {
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  return null
}

/** A TCP port of 127.0.0.1 that was free a moment ago. Another process may take it: `startDaemon` tries again with new ones. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

/** A real server that this test started: private folder, ended by its pid, folder removed. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number
  readonly dir: string
  /** What it wrote to stdout and stderr, the newest 64 KiB. */
  log(): string
  /** Ends it and waits; its folder and addresses stay, so that `start` can bring it back. SIGKILL by default after 5 s. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again with the same arguments and addresses. */
  start(): Promise<void>
  /** Stops it answering without closing its sockets (SIGSTOP), and lets it go on. */
  freeze(): void
  thaw(): void
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

type Launch = {
  args: string[]
  /** Asks the server who it is; resolves true when it answers and is the process of that pid. Throws while it is not up yet. */
  isOurs(pid: number): Promise<boolean>
}

/** Starts `program` in a new private folder. `prepare` writes its configuration there and picks its addresses. */
export async function startDaemon<T>(
  program: string,
  prepare: (dir: string) => Promise<Launch & { about: T }>,
): Promise<Daemon & { about: T }> {
  const path = findProgram(program)
  if (!path) throw new MissingProgram(`${program} is not installed`)
  let trouble: unknown
  for (let attempt = 0; attempt < 3; attempt++) {
    const dir = await mkdtemp(join(tmpdir(), 'ek-'))
    const { about, ...launch } = await prepare(dir)
    const daemon = createDaemon(program, path, dir, launch)
    try {
      await daemon.start()
      return Object.assign(daemon, { about })
    } catch (error) {
      trouble = error
      await daemon[Symbol.asyncDispose]()
    }
  }
  throw trouble
}

function createDaemon(program: string, path: string, dir: string, launch: Launch): Daemon {
  let child: ChildProcess | null = null
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-65_536)
  }
  const gone = (process: ChildProcess) => process.exitCode !== null || process.signalCode !== null

  return {
    dir,
    get pid() {
      return child?.pid ?? 0
    },
    log: () => output,
    async start() {
      const process = spawn(...leashed(path, launch.args), {
        cwd: dir,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = process
      running.add(process)
      process.once('exit', () => running.delete(process))
      process.once('error', () => running.delete(process))
      process.stdout.on('data', keep)
      process.stderr.on('data', keep)
      const until = Date.now() + 10_000
      let trouble: unknown
      while (Date.now() < until) {
        if (gone(process)) throw new Error(`${program} ended at its start: ${output.slice(-2_000)}`)
        try {
          if (await launch.isOurs(process.pid!)) return
          throw new Error(`another process answers where ${program} should`)
        } catch (error) {
          trouble = error
        }
        await sleep(20)
      }
      throw new Error(`${program} does not answer: ${output.slice(-2_000)}`, { cause: trouble })
    },
    async stop(signal = 'SIGTERM') {
      const process = child
      child = null
      if (!process || gone(process)) return
      const ended = new Promise((resolve) => process.once('exit', resolve))
      process.kill('SIGCONT')
      process.kill(signal)
      const timer = setTimeout(() => process.kill('SIGKILL'), 5_000)
      await ended
      clearTimeout(timer)
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      // Not SIGKILL: nginx's workers would outlive their master.
      await this.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
