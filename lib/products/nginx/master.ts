import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { EvenkeelError } from '../../model/error.ts'

const run = promisify(execFile)

/** The master's pid, from its pid file. */
export async function masterPid(pidFile: string): Promise<number> {
  const text = await readFile(pidFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EvenkeelError('unreachable', `NGINX's pid file cannot be read (${error.code}): is it running?`)
  })
  const pid = Number(text.trim())
  if (!Number.isSafeInteger(pid) || pid < 2) throw new EvenkeelError('malformed', "NGINX's pid file holds no pid")
  return pid
}

/** The master's workers that take connections; those that only finish what they began are left out. */
export async function workersOf(master: number): Promise<number[]> {
  const processes = (await fromProc(master)) ?? (await fromPs())
  // By the title: the program may have any name (`openresty`, `nginx-1.31.4`).
  return processes
    .filter(({ parent, title }) => parent === master && title.includes('worker process') && !title.includes('shutting down'))
    .map(({ pid }) => pid)
}

/**
 * False when the status page on this machine is another process's than this master's: its pid file is stale, or names another NGINX, which a
 * reload would hit. Null where that is not known: elsewhere than on Linux's loopback, or without the right to look.
 */
export async function servesStatus(master: number, status: string): Promise<boolean | null> {
  const { hostname, port, protocol } = new URL(status)
  if (!/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return null
  const wanted = Number(port || (protocol === 'https:' ? 443 : 80))
  try {
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${master}/net/${name}`, 'utf8').catch(() => '')))
    const sockets = tables
      .flatMap((table) => table.split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '', , state]) => state === LISTENING && Number.parseInt(local.split(':')[1] ?? '', 16) === wanted)
      .map((columns) => `socket:[${columns[9]}]`)
    const folder = `/proc/${master}/fd`
    const open = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')))
    return sockets.length === 0 ? null : sockets.some((socket) => open.includes(socket))
  } catch {
    return null
  }
}
/** In the table of proc(5). */
const LISTENING = '0A'

type Process = { pid: number; parent: number; title: string }

/** The children of a process, on Linux. Null elsewhere. */
async function fromProc(of: number): Promise<Process[] | null> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name))
  if (pids.length === 0) return null
  const found = await Promise.all(
    pids.map(async (pid): Promise<Process | null> => {
      try {
        const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
        // After the name in brackets, which may hold anything: state, parent, …
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        if (parent !== of) return null
        return { pid: Number(pid), parent, title: await readFile(`/proc/${pid}/cmdline`, 'utf8') }
      } catch {
        return null
      }
    }),
  )
  return found.filter((one) => one !== null)
}

async function fromPs(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args='], { timeout: 5_000, maxBuffer: 16 * 1_048_576 })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, title] = /^\s*(\d+)\s+(\d+)\s+(.*)$/s.exec(line) ?? []
    return title === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), title }]
  })
}
