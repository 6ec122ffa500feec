import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chown, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { type Daemon, findProgram, freePort, startDaemon } from './daemon.ts'

const run = promisify(execFile)

export type PostgresServer = Daemon & {
  about: {
    port: number
    /** The folder of its socket. */
    dir: string
    /** Address of its database `evenkeel`, whose owner has a password. */
    url: string
    /** A further database, empty, of the same owner. */
    create(): Promise<string>
    /** The Evenkeels that are alive on its database `evenkeel`. */
    replicas(): Promise<string[]>
    /** Runs a statement as the superuser. */
    say(sql: string): Promise<Record<string, unknown>[]>
  }
}

/** The password of the database's user in tests. */
const POSTGRES_PASSWORD = 'sesame-postgres'

/** PostgreSQL refuses to run as root: then it is started as the user that its package brings. */
async function asWhom(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)))
  return { uid: uid!, gid: gid! }
}
const PRIVILEGES = '/usr/bin/setpriv'
const withUser = (user: { uid: number; gid: number } | null, program: string, args: string[]): [string, string[]] =>
  user
    ? [PRIVILEGES, ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups', '--pdeathsig', 'INT', program, ...args]]
    : [program, args]

/**
 * A PostgreSQL with a cluster of its own in a temporary folder, on a free port of loopback and a socket, with nothing synced to the disk. `options` are
 * further settings, as `max_connections=20`.
 */
export async function startPostgres({ options = [] }: { options?: string[] } = {}): Promise<PostgresServer> {
  const user = await asWhom()
  const server = findProgram('postgres')
  const initdb = findProgram('initdb')
  if (!server || !initdb) throw new Error('postgres is not installed')
  const settings = ['fsync=off', 'full_page_writes=off', 'listen_addresses=127.0.0.1', ...options]
  const daemon = await startDaemon(user ? PRIVILEGES : server, async (dir) => {
    if (user) await chown(dir, user.uid, user.gid)
    const data = join(dir, 'data')
    const make = ['-D', data, '-U', 'postgres', '-A', 'trust', '--auth-host=scram-sha-256', '--no-sync', '-E', 'UTF8', '--locale=C']
    await run(...withUser(user, initdb, make), { cwd: dir })
    const port = await freePort()
    const say = async (sql: string, database = 'postgres') => {
      const client = new Client({ host: dir, port, user: 'postgres', database, connectionTimeoutMillis: 2_000 })
      await client.connect()
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows
      } finally {
        await client.end()
      }
    }
    const create = async (name = `d${randomUUID().replaceAll('-', '')}`) => {
      await say(`CREATE DATABASE ${name} OWNER evenkeel`)
      return `postgres://evenkeel:${POSTGRES_PASSWORD}@127.0.0.1:${port}/${name}`
    }
    const replicas = async () =>
      (await say('SELECT name FROM evenkeel.replica WHERE until > clock_timestamp()', 'evenkeel')).map(({ name }) => String(name))
    const flags = [...settings, `unix_socket_directories=${dir}`].flatMap((setting) => ['-c', setting])
    const [, args] = withUser(user, server, ['-D', data, '-p', String(port), ...flags])
    let made = false
    return {
      args,
      about: {
        port,
        dir,
        url: `postgres://evenkeel:${POSTGRES_PASSWORD}@127.0.0.1:${port}/evenkeel`,
        create: () => create(),
        replicas,
        say,
      },
      isOurs: async (pid) => {
        if (Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]) !== pid) return false
        if (!made) {
          await say(`CREATE ROLE evenkeel LOGIN PASSWORD '${POSTGRES_PASSWORD}'`)
          await create('evenkeel')
          made = true
        } else await say('SELECT 1')
        return true
      },
    }
  })
  const stop = daemon.stop.bind(daemon)
  // SIGTERM would wait for every client to leave.
  return Object.assign(daemon, { stop: (signal: NodeJS.Signals = 'SIGINT') => stop(signal) })
}
