import { spawn } from 'node:child_process'

/** Runs a script of Node that says a line for each thing it has done, kills it with SIGKILL once it has said more than `lines`, and gives what it said. */
export async function killedAfter(lines: number, script: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let cried = ''
  child.stderr.on('data', (data) => {
    cried += data
  })
  const isEnough = () => said.split('\n').length > lines
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      said += data
      if (isEnough()) child.kill('SIGKILL')
    })
    child.on('exit', () => (isEnough() ? resolve() : reject(new Error(cried))))
  })
  return said
}
