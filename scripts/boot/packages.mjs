import { join } from 'node:path'
import { run } from './child.mjs'
import { hashOf, isStamped, locked, root, stamp } from './stamp.mjs'

/** `npm ci` when the lock file or Node's version is not the one that node_modules was made for. */
export function ensurePackages() {
  return locked(async () => {
    const path = join(root, 'node_modules', '.evenkeel-packages')
    const hash = hashOf(['package-lock.json'], process.versions.node.split('.')[0])
    if (isStamped(path, hash)) return
    await run('Installing packages (npm ci; half a minute the first time)', 'npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: root,
      quiet: true,
    })
    stamp(path, hash)
  })
}
