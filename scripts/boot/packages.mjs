import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './child.mjs'
import { locked, root } from './stamp.mjs'

/** `npm ci` when what is installed is not what the lock file says. */
export async function ensurePackages() {
  if (isInstalled()) return
  await locked(async () => {
    if (isInstalled()) return
    await run('Installing packages (npm ci; half a minute the first time)', 'npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: root,
      quiet: true,
    })
  })
}

/** npm leaves a lock file of its own in node_modules: what it really installed. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return false
  const is = packagesOf(installed)
  const wanted = Object.entries(packagesOf(join(root, 'package-lock.json'))).filter(([path, { optional }]) => path !== '' && !optional)
  return wanted.every(([path, { version }]) => is[path]?.version === version)
}

/** @returns {Record<string, { version?: string, optional?: boolean }>} */
const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages
