import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { Stop, say } from './say.mjs'

const BEAT_MS = 5_000

/**
 * Runs a command to its end. Its output goes to the terminal, or with `quiet` is kept and shown only if it fails (with `hush` not even then); then a line
 * every 5 s says that it is still at work. Resolves to the exit code when `allowFail`, else a non-zero code stops the script.
 * @param {string} title @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, quiet?: boolean, hush?: boolean, allowFail?: boolean }} [options]
 */
export async function run(title, command, args, { cwd, env, quiet = false, hush = false, allowFail = false } = {}) {
  const started = Date.now()
  if (title) say(title)
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  })
  let output = ''
  const keep = (chunk) => {
    output = (output + chunk).slice(-20_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const beat = quiet ? setInterval(() => say(`  … ${Math.round((Date.now() - started) / 1000)} s`), BEAT_MS) : undefined
  const code = await ends(child)
  clearInterval(beat)
  if (code !== 0 && quiet && !hush) process.stderr.write(output)
  if (code !== 0 && !allowFail) throw new Stop(`${title || command}: ended with ${code}`)
  return allowFail ? code : output
}

/**
 * Stays in front of a child until it ends, handing on SIGINT, SIGTERM and SIGHUP; a child that has not ended 12 s after that is killed.
 * Resolves to the exit code, 0 when the end was asked for and came cleanly.
 * @param {import('node:child_process').ChildProcess} child @returns {Promise<number>}
 */
export async function stayWith(child) {
  const hadTerminal = hasTerminal()
  let asked = false
  const hand = () => {
    if (asked) return
    asked = true
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 12_000).unref()
  }
  // A reload, unless it is the terminal that hung up.
  const hangUp = () => (hadTerminal && !hasTerminal() ? hand() : child.kill('SIGHUP'))
  const handlers = { SIGINT: hand, SIGTERM: hand, SIGHUP: hangUp }
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler)
  const code = await ends(child)
  for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler)
  return asked && (code === 130 || code === 143) ? 0 : code
}

/** Whether this process has a controlling terminal: opening it fails when there is none, or it is gone. */
function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty'))
    return true
  } catch {
    return false
  }
}

function ends(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      say(error.message)
      resolve(127)
    })
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 137)))
  })
}
