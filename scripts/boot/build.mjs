import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './child.mjs'
import { ON_DEMAND, onDemand } from './onDemand.mjs'
import { oneByte } from './oneByte.mjs'
import { hashOf, isStamped, locked, root, stamp } from './stamp.mjs'

const SOURCES = [
  'app',
  'components',
  'lib',
  'client',
  'public',
  'instrumentation.ts',
  'proxy.ts',
  'next.config.js',
  'postcss.config.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]
const isNotBuilt = (path) => /\.test\.tsx?$|\/fixtures$/.test(path)

export const builtServer = join(root, '.next', 'standalone', 'server.js')

/** `next build` when a source has changed since the last one; the standalone server gets its static files beside it. */
export function ensureBuild() {
  return locked(async () => {
    const path = join(root, '.next', 'evenkeel-build')
    const hash = hashOf(SOURCES, process.versions.node, isNotBuilt)
    if (isStamped(path, hash) && existsSync(builtServer)) return
    await run('Building the pages (next build)', process.execPath, [join(root, 'node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
      cwd: root,
      env: { NEXT_TELEMETRY_DISABLED: '1' },
      quiet: true,
    })
    completeStandalone()
    stamp(path, hash)
  })
}

/** What of the checkout the standalone server needs; beside it come the static files. */
const KEPT = new Set(['.next', 'lib', 'node_modules', 'package.json', 'public', 'scripts', 'server.js'])

/**
 * Puts the static files beside the standalone server and takes away what it does not need: a path that is made while the server runs makes Next's
 * tracer copy the whole checkout, and its excludes match parts of names (`client` is in `prom-client`).
 */
function completeStandalone() {
  const beside = join(root, '.next', 'standalone')
  for (const name of readdirSync(beside)) if (!KEPT.has(name)) rmSync(join(beside, name), { recursive: true })
  for (const name of readdirSync(join(beside, 'lib'), { recursive: true }))
    if (/\.(test\.tsx?|gz)$/.test(name)) rmSync(join(beside, 'lib', name))
  const next = join(beside, 'node_modules', 'next')
  for (const [file, module] of Object.entries(ON_DEMAND)) rewrite(join(next, file), (source) => onDemand(source, module))
  for (const folder of [join(beside, '.next', 'server'), join(next, 'dist')])
    for (const name of readdirSync(folder, { recursive: true }))
      if (name.endsWith('.js') && statSync(join(folder, name)).isFile()) rewrite(join(folder, name), oneByte)
  cpSync(join(root, '.next', 'static'), join(beside, '.next', 'static'), { recursive: true })
  if (existsSync(join(root, 'public'))) cpSync(join(root, 'public'), join(beside, 'public'), { recursive: true })
}

/** A program of the standalone server, written anew where that makes another of it. */
function rewrite(path, change) {
  const source = readFileSync(path, 'utf8')
  const written = change(source)
  if (written !== source) writeFileSync(path, written)
}
