import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './child.mjs'
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
    const beside = join(root, '.next', 'standalone')
    cpSync(join(root, '.next', 'static'), join(beside, '.next', 'static'), { recursive: true })
    if (existsSync(join(root, 'public'))) cpSync(join(root, 'public'), join(beside, 'public'), { recursive: true })
    stamp(path, hash)
  })
}
