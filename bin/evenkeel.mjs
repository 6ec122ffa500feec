#!/usr/bin/env node
// The command of the npm package. The built server is in an archive beside it: Node runs no TypeScript below node_modules, and npm leaves out
// links. It is unpacked once for each build into the user's cache folder.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) stop(`Evenkeel needs Node.js 22.18 or newer; this is ${process.versions.node}.`)

const archive = join(import.meta.dirname, '..', 'dist', 'server.tgz')
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'evenkeel')
const server = join(folder, createHash('sha256').update(readFileSync(archive)).digest('hex').slice(0, 16))
if (!existsSync(server)) unpack()
await import(pathToFileURL(join(server, 'scripts', 'image', 'command.ts')).href)

/** Unpacked aside and renamed: another start, or a power cut, never sees half of it. */
function unpack() {
  mkdirSync(folder, { recursive: true })
  const aside = mkdtempSync(join(folder, 'unpacking-'))
  try {
    execFileSync('tar', ['-xzf', archive, '-C', aside], { stdio: ['ignore', 'ignore', 'inherit'] })
    renameSync(aside, server)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    if (!existsSync(server)) stop(`The server could not be unpacked into ${folder}: ${error.message}`)
  }
}

function stop(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
