import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProgram } from './daemon.ts'
import { ask, type HaproxyServer } from './servers.ts'

const pidOf = async (server: HaproxyServer) => Number(/^Pid: (\d+)$/m.exec(await ask(server.about.socket, 'show info\n'))?.[1])

/** A real reload: a new process on the same file, to which the old one hands over (`-sf`). The new ones end with the test. */
export class HaproxyReloads implements AsyncDisposable {
  readonly #children: ReturnType<typeof spawn>[] = []
  async of(server: HaproxyServer): Promise<void> {
    const old = await pidOf(server)
    const child = spawn(findProgram('haproxy')!, ['-db', '-f', server.about.config, '-sf', String(old)], { stdio: 'ignore' })
    this.#children.push(child)
    for (const end = Date.now() + 10_000; (await pidOf(server).catch(() => 0)) !== child.pid; await sleep(20))
      if (child.exitCode !== null || Date.now() > end) throw new Error(`the new process does not answer (${child.exitCode})`)
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
  }
}
