import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
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
  const processes = (await fromProc()) ?? (await fromPs())
  return processes
    .filter(({ parent, title }) => parent === master && title.includes('worker process') && !title.includes('shutting down'))
    .map(({ pid }) => pid)
}

type Process = { pid: number; parent: number; title: string }

/** Linux. Null elsewhere. */
async function fromProc(): Promise<Process[] | null> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name))
  if (pids.length === 0) return null
  const found = await Promise.all(
    pids.map(async (pid): Promise<Process | null> => {
      try {
        const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
        if (!stat.includes('(nginx)')) return null
        // After the name in brackets, which may hold anything: state, parent, …
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
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
    const [, pid, parent, title] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return title === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), title }]
  })
}
