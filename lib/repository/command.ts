import { spawn } from 'node:child_process'

export type Ran = { code: number | null; stdout: Buffer; stderr: string; why?: 'timeout' | 'absent' | 'large' | 'aborted' }
/** So long after the end of the program its output is read on. */
const LINGERS_MS = 500

type Options = {
  cwd: string
  env: Record<string, string>
  timeoutMs: number
  input?: string
  /** Standard output beyond this ends the program; of a program whose words alone are shown, the rest is dropped (`keep: 'tail'`). */
  outputMax: number
  keep?: 'all' | 'tail'
  signal?: AbortSignal
}

/**
 * Runs a program without a shell, in a process group of its own, so that at the deadline everything that it has started ends with it. Never
 * throws: how it ended is the answer.
 */
export function runCommand([program = '', ...args]: readonly string[], options: Options): Promise<Ran> {
  const { cwd, env, timeoutMs, input, outputMax, keep = 'all', signal } = options
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: env as NodeJS.ProcessEnv, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let bytes = 0
    let why: Ran['why']
    let lingering: ReturnType<typeof setTimeout> | undefined
    const end = (because: Ran['why']) => {
      why ??= because
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {}
    }
    const timer = setTimeout(() => end('timeout'), timeoutMs)
    const abort = () => end('aborted')
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted) abort()
    const take = (chunks: Buffer[]) => (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (keep === 'all' && bytes > outputMax) end('large')
      while (keep === 'tail' && chunks.length > 1 && bytes > outputMax) bytes -= chunks.shift()!.length
    }
    child.stdout.on('data', take(out))
    child.stderr.on('data', take(keep === 'tail' ? out : err))
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
    let code: number | null = null
    const done = () => {
      clearTimeout(timer)
      clearTimeout(lingering)
      signal?.removeEventListener('abort', abort)
      resolve({ code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8'), ...(why && { why }) })
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      why = error.code === 'ENOENT' || error.code === 'EACCES' ? 'absent' : why
      done()
    })
    child.on('exit', (ended) => {
      code = ended
      // What it has started may hold its output open: the end of the program is its end.
      lingering = setTimeout(() => {
        end(undefined)
        done()
      }, LINGERS_MS)
    })
    child.on('close', done)
  })
}
