import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { say } from './say.mjs'

export const root = join(import.meta.dirname, '..', '..')

/** Hash of files and folders' contents with their names; `extra` is whatever else decides (versions). */
export function hashOf(paths, extra = '', skip = () => false) {
  const hash = createHash('sha256').update(extra)
  const add = (path) => {
    const full = join(root, path)
    if (!existsSync(full) || skip(path)) return
    if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) add(`${path}/${name}`)
    else hash.update(`\0${path}\0`).update(readFileSync(full))
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}

export function isStamped(path, hash) {
  return existsSync(path) && readFileSync(path, 'utf8') === hash
}

export function stamp(path, hash) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, hash)
}

/** Only one bootstrap at a time in a checkout; a lock whose holder is gone is taken over. */
export async function locked(work) {
  const lock = join(root, '.stamps', 'lock')
  mkdirSync(dirname(lock), { recursive: true })
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch {
      if (!isAlive(holderOf(lock))) rmSync(lock, { force: true })
      else {
        if (!told) say('waiting for another command that is preparing this checkout')
        told = true
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return 0
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
